import Thaw

/// The report of the book as one HTML page that needs nothing else: no scripts, no fonts, no images from elsewhere.
struct BookPage {
    let report: BookReport

    /// The page.
    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Thaw: the published experiments, run again</title>
        <style>
        \(DemoPageStyle.css)
        </style>
        </head>
        <body>
        <main>
        <h1>The published experiments, run again</h1>
        <p class="lead">\(HTML.prose(BookText.summary(report))) Each number is the mean over the seeds; a band says where that \
        mean must lie, and why. Bands were stated before the rows were run.</p>
        \(report.dataNote.map { "<p>\(HTML.prose($0))</p>" } ?? "")
        <h2>All rows</h2>
        \(overview)
        \(report.rows.map(section).joined(separator: "\n"))
        <h2>Activation functions</h2>
        \(figures(BookPictures.activations))
        <h2>Learning-rate schedules</h2>
        \(figures(BookPictures.schedules))
        <h2>What it ran on</h2>
        <p>\(HTML.escape(report.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")))</p>
        </main>
        </body>
        </html>

        """
    }

    private var overview: String {
        let rows = report.rows.map { row in
            """
            <tr><td><a href="#row-\(row.number)">\(row.number)</a></td><td>\(HTML.escape(row.title))</td>\
            <td\(row.isInside ? ">inside" : " class=\"bad\">outside")</td><td>\(HTML.escape(BookText.times(row)))</td></tr>
            """
        }
        return """
            <div class="scroll"><table><thead><tr><th>row</th><th>experiment</th><th>bands</th><th>time</th></tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            """
    }

    private func section(_ row: BookReport.Row) -> String {
        let cells = row.quantities.map { quantity in
            """
            <tr><th scope="row">\(HTML.escape(quantity.name))<small>\(HTML.escape(quantity.reason))</small></th>\
            <td>\(BookText.number(quantity.mean))</td><td>\(BookText.range(quantity.values))</td>\
            <td>\(quantity.reported.map(BookText.number) ?? "")</td>\
            <td>\(BookText.number(quantity.low)) to \(BookText.number(quantity.high))</td>\
            <td\(quantity.isInside ? ">inside" : " class=\"bad\">outside")</td></tr>
            """
        }
        return """
            <h2 id="row-\(row.number)">\(row.number). \(HTML.escape(row.title))</h2>
            <p>\(HTML.prose(BookText.times(row)))</p>
            <div class="scroll"><table><thead><tr><th></th><th>mean</th><th>seeds</th><th>reported</th><th>band</th><th></th>\
            </tr></thead>
            <tbody>\(cells.joined(separator: "\n"))</tbody></table></div>
            \(row.notes.map { "<p>\(HTML.prose($0))</p>" }.joined(separator: "\n"))
            \(figures(row.charts))
            """
    }

    private func figures(_ charts: [String]) -> String {
        guard !charts.isEmpty else { return "" }
        return
            "<div class=\"charts\">\n\(charts.map { "<figure>\($0)</figure>" }.joined(separator: "\n"))\n</div>"
    }
}
