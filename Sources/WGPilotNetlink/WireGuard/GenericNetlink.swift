import CMnl

/// The controller of generic netlink, which tells the number of a family by its name; linux/genetlink.h.
enum GenericNetlink {
    /// `sizeof(struct genlmsghdr)`: command, version, two reserved bytes.
    static let headerLength = 4
    /// `GENL_ID_CTRL`, which is `NLMSG_MIN_TYPE`.
    private static let controller: UInt16 = 0x10

    /// The header of a family's message.
    static func header(_ command: UInt8, version: UInt8) -> [UInt8] { [command, version, 0, 0] }

    /// Asks for the number of a family. The kernel loads the family's module for it where it can
    /// (`net-pf-16-proto-16-family-NAME`), and answers `ENOENT` where it cannot.
    static func getFamily(_ name: String) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(header: header(UInt8(CTRL_CMD_GETFAMILY), version: 1))
        builder.put(UInt16(CTRL_ATTR_FAMILY_NAME), string: name)
        return .acknowledged(controller, try builder.finish())
    }

    /// The number in the answer to ``getFamily(_:)``; nil when the message does not hold one.
    static func familyNumber(_ message: NetlinkMessage) throws(NetlinkError) -> UInt16? {
        var number: UInt16?
        let attributes = try message.attributes(after: headerLength)
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            if attribute.type == UInt16(CTRL_ATTR_FAMILY_ID) { number = try attribute.integer() }
        }
        return number
    }
}
