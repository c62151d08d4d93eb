import Thaw

/// How the target's images differ from the source's: `pixel * scale + offset`, for pixels from 0 to 1.
struct TargetSetting: Codable, Sendable, Equatable {
    /// The name in the output.
    let name: String
    /// What was done to the images, in plain words.
    let description: String
    /// What pixels are multiplied by.
    let scale: Double
    /// What is added to them then.
    let offset: Double

    /// The images as they are in the files.
    static let plain = TargetSetting(
        name: "plain", description: "sandals and shirts as they are in the files", scale: 1, offset: 0)

    /// The images as another camera would give them: less contrast on a grey background.
    static let faded = TargetSetting(
        name: "faded",
        description: "sandals and shirts as another camera may show them, faded: half the contrast on a grey "
            + "background (pixel * 0.5 + 0.25)",
        scale: 0.5, offset: 0.25)

    /// The images of a data set in this setting.
    func apply(to data: Dataset) throws -> Dataset {
        guard self != .plain, let x = data.inputs.first, let y = data.targets.first else { return data }
        return try Dataset(x * scale + offset, y)
    }
}
