import ThawFormats

extension Loss {
    /// The loss that Keras calls so, with its default settings: `mse`, `sparse_categorical_crossentropy`; nil if Thaw has none.
    package static func named(_ kerasName: String) -> Loss? {
        try? keras(.string(kerasName), kerasVersion: 3)
    }

    /// Names that `named` knows.
    package static let names = [
        "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy",
        "categorical_focal_crossentropy", "categorical_hinge", "cosine_similarity", "hinge", "huber",
        "kl_divergence",
        "log_cosh", "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_error",
        "mean_squared_logarithmic_error", "poisson", "sparse_categorical_crossentropy", "squared_hinge",
    ]
}

extension Metric {
    /// The metric that Keras calls so, with its default settings: `accuracy`, `auc`, or a loss; nil if Thaw has none.
    package static func named(_ kerasName: String) -> Metric? {
        let classes = [
            "precision": "Precision", "recall": "Recall", "auc": "AUC",
            "root_mean_squared_error": "RootMeanSquaredError",
        ]
        guard let className = classes[kerasName] else {
            return try? keras(.string(kerasName), kerasVersion: 3)
        }
        return try? keras(.keras(className, module: "keras.metrics", [:]), kerasVersion: 3)
    }

    /// Names that `named` knows beside those of losses.
    package static let names = [
        "accuracy", "auc", "binary_accuracy", "categorical_accuracy", "precision", "recall",
        "root_mean_squared_error", "sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy",
        "top_k_categorical_accuracy",
    ]
}
