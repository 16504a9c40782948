import WGPilotQR

/// QR codes with their names, as one page of HTML to be printed: nothing in it is loaded from anywhere.
enum QRSheet {
    /// The page.
    static func html(title: String, _ codes: [(name: String, code: QRCode)]) -> String {
        let title = escaped(title)
        var html = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(title)</title>
            <style>
            body { font: 11pt sans-serif; margin: 1cm; color: #000; background: #fff }
            main { display: grid; grid-template-columns: repeat(auto-fill, minmax(8cm, 1fr)); gap: 8mm }
            figure { margin: 0; break-inside: avoid; text-align: center }
            svg { width: 8cm; height: 8cm }
            figcaption { overflow-wrap: anywhere }
            @page { margin: 1cm }
            </style>
            <h1>\(title)</h1>
            <main>

            """
        for (name, code) in codes {
            html += "<figure>\(code.svg())<figcaption>\(escaped(name))</figcaption></figure>\n"
        }
        return html + "</main>\n</html>\n"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
