import WGPilotJSON
import WGPilotProtocol

/// A link to a configuration as it is printed.
struct LinkView: Renderable {
    let link: LinkMessage
    /// Where its bearer goes, where that is to be printed.
    var address: String?

    /// The address of a link on the gateway's page. What makes it secret is the fragment, which a browser sends nowhere
    /// (RFC 3986 §3.5), so that no log on the way has it.
    static func address(_ secret: String, base: String?) -> String {
        var base = base ?? ""
        while base.hasSuffix("/") { base.removeLast() }
        return "\(base)/link#\(secret)"
    }

    /// What makes a link secret: what stands behind its last #, or all of it.
    static func secret(in text: String) -> String {
        let link = text.split(whereSeparator: \.isWhitespace).first ?? ""
        return String(link.split(separator: "#").last ?? "")
    }

    func write(to json: inout JSONText) {
        json.object { json in
            link.writeFields(to: &json)
            json.field("link", address)
        }
    }

    /// The link alone, for whoever pastes or pipes it; else nothing.
    func table(now: Int64) -> String { address.map { $0 + "\n" } ?? "" }
}

/// The links of a network as they are printed.
struct LinkListView: FittingRenderable {
    let links: [LinkMessage]

    func write(to json: inout JSONText) {
        json.array(links) { LinkView(link: $1).write(to: &$0) }
    }

    func rows(now: Int64) -> TextTable {
        var table = TextTable(
            ["ID", "PEER", "CREATED BY", "CREATED", "GOOD UNTIL"], rightAligned: [0],
            leftOutFirst: ["CREATED", "CREATED BY"])
        for link in links {
            table.append([
                "\(link.id)", link.peer, link.createdBy, HumanText.ago(link.createdAt, now: now),
                HumanText.clock(link.expiresAt, now: now),
            ])
        }
        return table
    }
}
