/// Bytes that the tools and the kernel exchanged, captured with
///
///     strace -e trace=sendto,sendmsg,recvmsg -e write=all -e read=all COMMAND
///
/// of strace 6.1, iproute2 6.1.0 and wireguard-tools 1.0.20210914 on Debian's kernel 6.1.0-56-amd64, after
/// `ip link add wgcap type wireguard`. What follows a `#` says what the bytes are; the numbers are little-endian.
enum Captures {
    /// `wg set wgcap listen-port 51820 private-key FILE peer A0…BF preshared-key FILE endpoint 192.0.2.1:4500
    /// persistent-keepalive 25 allowed-ips 10.8.0.2/32,fd00::2/128`, the private key being 01…20, the preshared key 40…5F.
    static let setDevice = hex(
        """
        08 01 00 00 20 00 05 00 c3 83 05 6b 00 00 00 00  # header: length 264, family 32, REQUEST|ACK, sequence, port
        01 01 00 00  # WG_CMD_SET_DEVICE, version 1
        0a 00 02 00 77 67 63 61 70 00 00 00  # WGDEVICE_A_IFNAME "wgcap"
        24 00 03 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10  # WGDEVICE_A_PRIVATE_KEY
        11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 20
        06 00 06 00 6c ca 00 00  # WGDEVICE_A_LISTEN_PORT 51820
        bc 00 08 80  # WGDEVICE_A_PEERS
        b8 00 00 80  # a peer
        24 00 01 00 a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 aa ab ac ad ae af  # WGPEER_A_PUBLIC_KEY
        b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 ba bb bc bd be bf
        24 00 02 00 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  # WGPEER_A_PRESHARED_KEY
        50 51 52 53 54 55 56 57 58 59 5a 5b 5c 5d 5e 5f
        14 00 04 00 02 00 11 94 c0 00 02 01 00 00 00 00 00 00 00 00  # WGPEER_A_ENDPOINT 192.0.2.1:4500
        06 00 05 00 19 00 00 00  # WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL 25
        08 00 03 00 02 00 00 00  # WGPEER_A_FLAGS REPLACE_ALLOWEDIPS
        48 00 09 80  # WGPEER_A_ALLOWEDIPS
        1c 00 00 80  # an allowed IP
        06 00 01 00 02 00 00 00  # AF_INET
        08 00 02 00 0a 08 00 02  # 10.8.0.2
        05 00 03 00 20 00 00 00  # /32
        28 00 00 80  # an allowed IP
        06 00 01 00 0a 00 00 00  # AF_INET6
        14 00 02 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02  # fd00::2
        05 00 03 00 80 00 00 00  # /128
        """)

    /// `wg show wgcap dump`: the request.
    static let getDevice = hex(
        """
        20 00 00 00 20 00 05 03 ea 82 05 6b 00 00 00 00  # header: length 32, family 32, REQUEST|ACK|DUMP
        00 01 00 00  # WG_CMD_GET_DEVICE, version 1
        0a 00 02 00 77 67 63 61 70 00 00 00  # WGDEVICE_A_IFNAME "wgcap"
        """)

    /// `wg show wgcap dump` with the peer above and a second one, C0…DF, of endpoint [2001:db8::1]:443 and allowed IP
    /// 10.8.1.0/24: one datagram of two messages, for port 402 and sequence number 0x6b0582ea.
    static let device = hex(
        """
        30 02 00 00 20 00 02 00 ea 82 05 6b 92 01 00 00  # header: length 560, family 32, MULTI
        00 01 00 00  # WG_CMD_GET_DEVICE
        06 00 06 00 6c ca 00 00  # WGDEVICE_A_LISTEN_PORT 51820
        08 00 07 00 00 00 00 00  # WGDEVICE_A_FWMARK
        08 00 01 00 02 00 00 00  # WGDEVICE_A_IFINDEX 2
        0a 00 02 00 77 67 63 61 70 00 00 00  # WGDEVICE_A_IFNAME
        24 00 03 00 00 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10  # WGDEVICE_A_PRIVATE_KEY
        11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 60
        24 00 04 00 07 a3 7c bc 14 20 93 c8 b7 55 dc 1b 10 e8 6c b4  # WGDEVICE_A_PUBLIC_KEY
        26 37 4a d1 6a a8 53 ed 0b df c0 b2 b8 6d 1c 7c
        b0 01 08 80  # WGDEVICE_A_PEERS
        e4 00 00 80  # a peer
        24 00 01 00 a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 aa ab ac ad ae af  # WGPEER_A_PUBLIC_KEY
        b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 ba bb bc bd be bf
        24 00 02 00 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  # WGPEER_A_PRESHARED_KEY
        50 51 52 53 54 55 56 57 58 59 5a 5b 5c 5d 5e 5f
        14 00 06 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # WGPEER_A_LAST_HANDSHAKE_TIME
        06 00 05 00 19 00 00 00  # WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL
        0c 00 08 00 00 00 00 00 00 00 00 00  # WGPEER_A_TX_BYTES
        0c 00 07 00 00 00 00 00 00 00 00 00  # WGPEER_A_RX_BYTES
        08 00 0a 00 01 00 00 00  # WGPEER_A_PROTOCOL_VERSION
        14 00 04 00 02 00 11 94 c0 00 02 01 00 00 00 00 00 00 00 00  # WGPEER_A_ENDPOINT
        48 00 09 80  # WGPEER_A_ALLOWEDIPS
        1c 00 00 80  # an allowed IP
        05 00 03 00 20 00 00 00 06 00 01 00 02 00 00 00 08 00 02 00  # /32, AF_INET, 10.8.0.2
        0a 08 00 02
        28 00 00 80  # an allowed IP
        05 00 03 00 80 00 00 00 06 00 01 00 0a 00 00 00 14 00 02 00  # /128, AF_INET6, fd00::2
        fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02
        c8 00 00 80  # a peer
        24 00 01 00 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 ca cb cc cd ce cf  # WGPEER_A_PUBLIC_KEY
        d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 da db dc dd de df
        24 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # WGPEER_A_PRESHARED_KEY
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        14 00 06 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # WGPEER_A_LAST_HANDSHAKE_TIME
        06 00 05 00 00 00 00 00  # WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL
        0c 00 08 00 00 00 00 00 00 00 00 00  # WGPEER_A_TX_BYTES
        0c 00 07 00 00 00 00 00 00 00 00 00  # WGPEER_A_RX_BYTES
        08 00 0a 00 01 00 00 00  # WGPEER_A_PROTOCOL_VERSION
        20 00 04 00 0a 00 01 bb 00 00 00 00 20 01 0d b8 00 00 00 00  # WGPEER_A_ENDPOINT
        00 00 00 00 00 00 00 01 00 00 00 00
        20 00 09 80  # WGPEER_A_ALLOWEDIPS
        1c 00 00 80  # an allowed IP
        05 00 03 00 18 00 00 00 06 00 01 00 02 00 00 00 08 00 02 00  # /24, AF_INET, 10.8.1.0
        0a 08 01 00
        14 00 00 00 03 00 02 00 ea 82 05 6b 92 01 00 00 00 00 00 00  # NLMSG_DONE, 0
        """)

    /// The request for the number of the family "wireguard".
    static let getFamily = hex(
        """
        24 00 00 00 10 00 05 00 ea 82 05 6b 00 00 00 00  # header: length 36, GENL_ID_CTRL, REQUEST|ACK
        03 01 00 00  # CTRL_CMD_GETFAMILY, version 1
        0e 00 02 00 77 69 72 65 67 75 61 72 64 00 00 00  # CTRL_ATTR_FAMILY_NAME "wireguard"
        """)

    /// The answer to it.
    static let family = hex(
        """
        70 00 00 00 10 00 00 00 ea 82 05 6b 8c 01 00 00  # header: length 112, GENL_ID_CTRL
        01 02 00 00  # CTRL_CMD_NEWFAMILY, version 2
        0e 00 02 00 77 69 72 65 67 75 61 72 64 00 00 00  # CTRL_ATTR_FAMILY_NAME "wireguard"
        06 00 01 00 20 00 00 00  # CTRL_ATTR_FAMILY_ID 32
        08 00 03 00 01 00 00 00  # CTRL_ATTR_VERSION
        08 00 04 00 00 00 00 00  # CTRL_ATTR_HDRSIZE
        08 00 05 00 08 00 00 00  # CTRL_ATTR_MAXATTR
        2c 00 06 00 14 00 01 00 08 00 01 00 00 00 00 00 08 00 02 00  # CTRL_ATTR_OPS
        1c 00 00 00 14 00 02 00 08 00 01 00 01 00 00 00 08 00 02 00
        1a 00 00 00
        """)

    /// The acknowledgement of it: an error of number 0 with the header of the request, for NETLINK_CAP_ACK.
    static let acknowledgement = hex(
        """
        24 00 00 00 02 00 00 01 ea 82 05 6b 8c 01 00 00  # header: length 36, NLMSG_ERROR, CAPPED
        00 00 00 00  # 0
        24 00 00 00 10 00 05 00 ea 82 05 6b 00 00 00 00  # the header of the request
        """)

    /// The answer to `ip link add wgcap3 type nosuchkind`, with an extended acknowledgement.
    static let unknownKind = hex(
        """
        6c 00 00 00 02 00 00 02 0f 83 05 6b b4 01 00 00  # header: length 108, NLMSG_ERROR, ACK_TLVS
        a1 ff ff ff  # -EOPNOTSUPP
        40 00 00 00 10 00 05 06 0f 83 05 6b 00 00 00 00 00 00 00 00  # the request
        00 00 00 00 00 00 00 00 00 00 00 00 0b 00 03 00 77 67 63 61
        70 33 00 00 14 00 12 00 0e 00 01 00 6e 6f 73 75 63 68 6b 69
        6e 64 00 00
        18 00 01 00 55 6e 6b 6e 6f 77 6e 20 64 65 76 69 63 65 20 74  # NLMSGERR_ATTR_MSG "Unknown device type"
        79 70 65 00
        """)

    /// `ip link add wgcap2 type wireguard`.
    static let createLink = hex(
        """
        40 00 00 00 10 00 05 06 03 83 05 6b 00 00 00 00  # header: length 64, RTM_NEWLINK, REQUEST|ACK|EXCL|CREATE
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # struct ifinfomsg
        0b 00 03 00 77 67 63 61 70 32 00 00  # IFLA_IFNAME "wgcap2"
        14 00 12 00  # IFLA_LINKINFO
        0d 00 01 00 77 69 72 65 67 75 61 72 64 00 00 00  # IFLA_INFO_KIND "wireguard"
        """)

    /// `ip address add 10.8.0.1/24 dev wgcap`, the link of index 2.
    static let addAddress4 = hex(
        """
        28 00 00 00 14 00 05 06 ed 82 05 6b 00 00 00 00  # header: length 40, RTM_NEWADDR, REQUEST|ACK|EXCL|CREATE
        02 18 00 00 02 00 00 00  # struct ifaddrmsg: AF_INET, /24, link 2
        08 00 02 00 0a 08 00 01  # IFA_LOCAL
        08 00 01 00 0a 08 00 01  # IFA_ADDRESS
        """)

    /// `ip address add fd00::1/64 dev wgcap nodad`.
    static let addAddress6 = hex(
        """
        40 00 00 00 14 00 05 06 f1 82 05 6b 00 00 00 00  # header: length 64, RTM_NEWADDR, REQUEST|ACK|EXCL|CREATE
        0a 40 02 00 02 00 00 00  # struct ifaddrmsg: AF_INET6, /64, IFA_F_NODAD, link 2
        14 00 02 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01  # IFA_LOCAL
        14 00 01 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01  # IFA_ADDRESS
        """)

    /// `ip route add 192.168.7.0/24 dev wgcap proto 87`.
    static let addRoute = hex(
        """
        2c 00 00 00 18 00 05 06 f5 82 05 6b 00 00 00 00  # header: length 44, RTM_NEWROUTE, REQUEST|ACK|EXCL|CREATE
        02 18 00 00 fe 57 fd 01 00 00 00 00  # struct rtmsg: AF_INET, /24, table 254, protocol 87, scope link, unicast
        08 00 01 00 c0 a8 07 00  # RTA_DST
        08 00 04 00 02 00 00 00  # RTA_OIF 2
        """)

    /// `ip address show dev wgcap`: the first address.
    static let address4 = hex(
        """
        50 00 00 00 14 00 22 00 fa 82 05 6b a3 01 00 00  # header: length 80, RTM_NEWADDR, MULTI|DUMP_FILTERED
        02 18 80 00 02 00 00 00  # struct ifaddrmsg: AF_INET, /24, IFA_F_PERMANENT, link 2
        08 00 01 00 0a 08 00 01  # IFA_ADDRESS 10.8.0.1
        08 00 02 00 0a 08 00 01  # IFA_LOCAL 10.8.0.1
        0a 00 03 00 77 67 63 61 70 00 00 00  # IFA_LABEL "wgcap"
        08 00 08 00 80 00 00 00  # IFA_FLAGS
        14 00 06 00 ff ff ff ff ff ff ff ff bc 57 00 00 bc 57 00 00  # IFA_CACHEINFO
        """)

    /// `ip address show dev wgcap`: the second address.
    static let address6 = hex(
        """
        48 00 00 00 14 00 22 00 fa 82 05 6b a3 01 00 00  # header: length 72, RTM_NEWADDR, MULTI|DUMP_FILTERED
        0a 40 82 00 02 00 00 00  # struct ifaddrmsg: AF_INET6, /64, IFA_F_PERMANENT|IFA_F_NODAD, link 2
        14 00 01 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01  # IFA_ADDRESS fd00::1
        14 00 06 00 ff ff ff ff ff ff ff ff 15 59 00 00 15 59 00 00  # IFA_CACHEINFO
        08 00 08 00 82 00 00 00  # IFA_FLAGS
        """)

    /// `ip route show dev wgcap`: the route of the address and the one added above.
    static let routes = hex(
        """
        3c 00 00 00 18 00 22 00 fe 82 05 6b a7 01 00 00  # header: length 60, RTM_NEWROUTE, MULTI|DUMP_FILTERED
        02 18 00 00 fe 02 fd 01 00 00 00 00  # struct rtmsg: AF_INET, /24, table 254, RTPROT_KERNEL, scope link
        08 00 0f 00 fe 00 00 00  # RTA_TABLE 254
        08 00 01 00 0a 08 00 00  # RTA_DST 10.8.0.0
        08 00 07 00 0a 08 00 01  # RTA_PREFSRC 10.8.0.1
        08 00 04 00 02 00 00 00  # RTA_OIF 2
        34 00 00 00 18 00 22 00 fe 82 05 6b a7 01 00 00  # header: length 52
        02 18 00 00 fe 57 fd 01 00 00 00 00  # struct rtmsg: AF_INET, /24, table 254, protocol 87
        08 00 0f 00 fe 00 00 00  # RTA_TABLE 254
        08 00 01 00 c0 a8 07 00  # RTA_DST 192.168.7.0
        08 00 04 00 02 00 00 00  # RTA_OIF 2
        """)

    /// `ip link show dev wgcap`, cut down from 1,040 bytes to what is read of it, the length set accordingly.
    static let link = hex(
        """
        48 00 00 00 10 00 00 00 0a 83 05 6b 32 ef 38 dc  # header: length 72, RTM_NEWLINK
        00 00 fe ff 02 00 00 00 d1 00 01 00 00 00 00 00  # struct ifinfomsg: link 2, UP|POINTOPOINT|RUNNING|NOARP|LOWER_UP
        0a 00 03 00 77 67 63 61 70 00 00 00  # IFLA_IFNAME "wgcap"
        08 00 04 00 8c 05 00 00  # IFLA_MTU 1420
        14 00 12 00 0e 00 01 00 77 69 72 65 67 75 61 72 64 00 00 00  # IFLA_LINKINFO, IFLA_INFO_KIND "wireguard"
        """)

    /// The text that wireguard-go 0.0.20220316 answers to `get=1` on its socket after it was given the same two peers and
    /// the port 51999.
    static let userspace = """
        private_key=0002030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f60
        listen_port=51999
        public_key=a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf
        preshared_key=404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f
        protocol_version=1
        endpoint=192.0.2.1:4500
        last_handshake_time_sec=0
        last_handshake_time_nsec=0
        tx_bytes=0
        rx_bytes=0
        persistent_keepalive_interval=25
        allowed_ip=10.8.0.2/32
        allowed_ip=fd00::2/128
        public_key=c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf
        preshared_key=0000000000000000000000000000000000000000000000000000000000000000
        protocol_version=1
        endpoint=[2001:db8::1]:443
        last_handshake_time_sec=0
        last_handshake_time_nsec=0
        tx_bytes=0
        rx_bytes=0
        persistent_keepalive_interval=0
        allowed_ip=10.8.1.0/24
        errno=0


        """
}

/// Bytes from hexadecimal text; what follows a `#` is a comment.
func hex(_ text: String) -> [UInt8] {
    text.split(separator: "\n").flatMap { line in
        line.prefix { $0 != "#" }.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
}
