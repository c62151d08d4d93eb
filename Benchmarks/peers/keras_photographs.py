"""The cases with networks for photographs in Keras: each a function that gives a model and its optimizer."""

import keras

SHAPE = (224, 224, 3)


def _classifier(base, classes, gathering):
    outputs = keras.layers.Dense(classes, activation="softmax", name="head")(gathering(base.output))
    return keras.Model(base.input, outputs)


def _resnet50(classes):
    return keras.applications.ResNet50(weights=None, classes=classes)


def _mobilenet():
    return keras.applications.MobileNet(weights=None, include_top=False, input_shape=SHAPE)


def _whole():
    return keras.optimizers.SGD(1e-3, momentum=0.9)


def resnet50_predict():
    return _resnet50(1000), _whole()


def resnet50():
    return _resnet50(10), _whole()


def mobilenet():
    return _classifier(_mobilenet(), 10, keras.layers.GlobalAveragePooling2D()), _whole()


def mobilenet_third():
    base = _mobilenet()
    for layer in base.layers[: len(base.layers) * 2 // 3]:
        layer.trainable = False
    return _classifier(base, 10, keras.layers.GlobalAveragePooling2D()), _whole()


def blog():
    base = keras.applications.ResNet50(weights=None, include_top=False, input_shape=SHAPE)
    model = _classifier(base, 2, keras.layers.Flatten())
    for layer in model.layers[:140]:
        layer.trainable = False
    return model, keras.optimizers.SGD(1e-3)


def head():
    base = keras.applications.ResNet50(weights=None, include_top=False, input_shape=SHAPE)
    base.trainable = False
    return _classifier(base, 2, keras.layers.GlobalAveragePooling2D()), keras.optimizers.SGD(1e-3)
