import Thaw

/// Text for HTML and SVG.
enum HTML {
    /// The text with the characters that mean something in HTML replaced.
    static func escape(_ text: String) -> String { MarkupText.escape(text) }

    /// The text escaped, with percentages that are not broken between lines.
    static func prose(_ text: String) -> String {
        escape(text).replacing(" %", with: "&nbsp;%")
    }
}
