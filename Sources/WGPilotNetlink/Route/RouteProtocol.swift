/// Whose a route is.
enum RouteProtocol {
    /// The number by which our routes are known (`rtm_protocol`, linux/rtnetlink.h): 87, "W". The kernel passes the field
    /// through; numbers of the programs that registered one are listed there and in iproute2's `rt_protos`, and 87 is in
    /// neither. A route through an interface of ours that bears another number is somebody else's and is left alone.
    static let wgpilot: UInt8 = 87
    /// The kernel made it by itself, for the subnet of an address (`RTPROT_KERNEL`).
    static let kernel: UInt8 = 2
    /// It was learned from a router advertisement (`RTPROT_RA`).
    static let routerAdvertisement: UInt8 = 9
}
