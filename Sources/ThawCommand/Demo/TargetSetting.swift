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

    /// The images as seen through haze: stray light lifts black to grey and takes contrast away. Their statistics differ
    /// from those that model A learned, as those of a user's photographs differ from a library's.
    static let hazy = TargetSetting(
        name: "hazy",
        description:
            "sandals and shirts as seen through haze, with black lifted to grey (pixel * 0.8 + 0.2), so that "
            + "their statistics differ from those that model A learned",
        scale: 0.8, offset: 0.2)

    /// The images of a data set in this setting.
    func apply(to data: Dataset) throws -> Dataset {
        guard self != .plain, let x = data.inputs.first, let y = data.targets.first else { return data }
        return try Dataset(x * scale + offset, y)
    }
}
