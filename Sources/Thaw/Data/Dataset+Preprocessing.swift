import ThawTensor

extension Dataset {
    /// The samples with their first input, an image from 0 to 255, prepared as a model's weights expect.
    ///
    /// ```swift
    /// try classifier.fit(photos.train.preprocessed(for: classifier), epochs: 5)
    /// ```
    ///
    /// It is one more map: images are prepared when they are read, so that pictures in memory stay as small as they are. Put
    /// augmentation before it.
    ///
    /// - Throws: `TrainingError.invalidArgument` if the model has no ``Model/preprocessing``.
    public func preprocessed(for model: Model) throws -> Dataset {
        guard let preprocessing = model.preprocessing else {
            throw TrainingError.invalidArgument(
                "preprocessed(for:): nothing says which images model \(model.name) expects; set its preprocessing, or call "
                    + "preprocessed(by:).")
        }
        return preprocessed(by: preprocessing)
    }

    /// The samples with their first input, an image from 0 to 255, prepared in this way; otherwise as ``preprocessed(for:)``.
    public func preprocessed(by preprocessing: Preprocessing) -> Dataset {
        mapSamples { sample in
            var sample = sample
            if let image = sample.inputs.first { sample.inputs[0] = try preprocessing(image) }
            return sample
        }
    }
}
