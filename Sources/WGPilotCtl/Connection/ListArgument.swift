/// A comma-separated option: `--site-networks 10.1.0.0/24,10.2.0.0/24`. An empty text is an empty list.
enum ListArgument {
    static func split(_ text: String?) -> [String]? {
        text.map {
            $0.split(separator: ",").map { item in
                String(item.drop(while: { $0 == " " }).reversed().drop(while: { $0 == " " }).reversed())
            }
        }
    }
}
