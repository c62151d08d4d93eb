import Thaw

/// Text for HTML and SVG.
enum HTML {
    /// The text with the characters that mean something in HTML replaced.
    static func escape(_ text: String) -> String { MarkupText.escape(text) }

    /// A page that needs nothing else: no scripts, no fonts, no images from elsewhere.
    static func page(title: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escape(title))</title>
        <style>
        \(DemoPageStyle.css)
        </style>
        </head>
        <body>
        <main>
        \(body)
        </main>
        </body>
        </html>

        """
    }

    /// The text escaped, with percentages that are not broken between lines.
    static func prose(_ text: String) -> String {
        escape(text).replacing(" %", with: "&nbsp;%")
    }
}
