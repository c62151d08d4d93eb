/// Text for HTML and SVG.
enum HTML {
    /// The text with the characters that mean something in HTML replaced.
    static func escape(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }

    /// The text escaped, with percentages that are not broken between lines.
    static func prose(_ text: String) -> String {
        escape(text).replacing(" %", with: "&nbsp;%")
    }
}
