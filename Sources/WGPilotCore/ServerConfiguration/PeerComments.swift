/// Decides which comment names which peer: fed with the lines in order, it knows what stands around a `[Peer]`.
struct PeerComments {
    /// Comment lines without anything in between.
    private struct Run {
        var followsHeader: Bool
        var opening: Substring?
        var label: Substring?
        var firstPlain: Substring?
        var lastPlain: Substring?
    }

    /// What was found for the present peer, the best first.
    private struct Found {
        var opening: Substring?
        var labelBefore: Substring?
        var labelInside: Substring?
        var onHeader: Substring?
        var plainBefore: Substring?
        var plainAfter: Substring?

        var name: DisplayName? {
            for text in [opening, labelBefore, labelInside, onHeader, plainBefore, plainAfter] {
                if let name = text.flatMap(DisplayName.init(cleaning:)) { return name }
            }
            return nil
        }
    }

    private var run: Run?
    private var found = Found()
    private var isInPeer = false
    private var isAfterHeader = false
    /// An opening that waits for its peer: blank lines may stand in between.
    private var waiting: Substring?

    /// A line with a comment alone.
    mutating func comment(_ text: Substring) {
        var run = self.run ?? Run(followsHeader: isAfterHeader)
        switch PeerComment(text) {
        case .opening(let name): run.opening = name
        case .label(let name): run.label = run.label ?? name
        case .plain(let name):
            run.firstPlain = run.firstPlain ?? name
            run.lastPlain = name
        case .nothing: break
        }
        self.run = run
        isAfterHeader = false
    }

    /// A line with nothing in it.
    mutating func blank() {
        let opening = endRun()
        waiting = opening ?? waiting
    }

    /// A line with a setting.
    mutating func setting() {
        _ = endRun()
        waiting = nil
    }

    /// The header of a peer, with the comment behind it. The peer before must have been ended.
    mutating func header(_ comment: Substring?) {
        found = Found()
        found.opening = run?.opening ?? waiting
        found.labelBefore = run?.label
        found.plainBefore = run?.lastPlain
        switch comment.map(PeerComment.init) {
        case .opening(let name), .label(let name): found.labelInside = name
        case .plain(let name): found.onHeader = name
        case .nothing, nil: break
        }
        run = nil
        waiting = nil
        isInPeer = true
        isAfterHeader = true
    }

    /// The end of the present peer, which another header or the end of the file (`isLast`) makes: its name.
    mutating func name(isLast: Bool) -> DisplayName? {
        // What stands directly before the next header is about the next peer.
        if isLast { _ = endRun() }
        isInPeer = false
        return found.name
    }

    /// Ends a run that is not directly before a header; gives back what opens a peer that is still to come.
    private mutating func endRun() -> Substring? {
        isAfterHeader = false
        guard let run else { return nil }
        self.run = nil
        guard isInPeer else { return run.opening }
        found.labelInside = found.labelInside ?? run.label
        guard run.followsHeader else { return run.opening }
        found.labelInside = found.labelInside ?? run.opening
        found.plainAfter = run.firstPlain
        return nil
    }
}
