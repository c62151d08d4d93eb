/// Names from elsewhere, such as those of files and classes, for the terminal.
enum PlainText {
    /// The text with a question mark for each character that would steer the terminal.
    static func of(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            result.append(isControl || scalar.properties.isBidiControl ? "?" : scalar)
        }
        return String(result)
    }
}
