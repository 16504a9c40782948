/// Bytes of ctnetlink, captured with
///
///     strace -e trace=sendto,sendmsg,recvmsg -e write=all -e read=all conntrack -L
///
/// of strace and conntrack-tools 1.4.7 on a kernel 6.18, in a network namespace with `nf_conntrack_acct` and
/// `nf_conntrack_timestamp` on, after one `ping` each of 127.0.0.1 and ::1 and the commands that stand at the entries, which
/// were made with `conntrack -I`. What follows a `#` says what the bytes are. Where conntrack(8) has an own opinion of an
/// entry, it is what it printed: `conntrack -L -o id,timestamp`.
enum ConntrackCaptures {
    /// The request for everything.
    static let dump = hex(
        "14 00 00 00 01 01 01 03 fe e7 0a 6b 00 00 00 00 00 00 00 00")

    /// `icmp 1 29 src=127.0.0.1 dst=127.0.0.1 type=8 code=0 id=19289 packets=1 bytes=84 src=127.0.0.1 dst=127.0.0.1 type=0
    /// code=0 id=19289 packets=1 bytes=84 mark=0 delta-time=0 use=1 id=95151952`
    static let icmp = hex(
        """
        fc 00 00 00 00 01 02 00 fe e7 0a 6b 62 4b 00 00  # header: length 252, IPCTNL_MSG_CT_NEW, flags 0x2
        02 00 00 00  # struct nfgenmsg: AF_INET
        3c 00 01 80 14 00 01 80 08 00 01 00 7f 00 00 01 08 00 02 00 7f 00 00 01  # CTA_TUPLE_ORIG
        24 00 02 80 05 00 01 00 01 00 00 00 06 00 04 00 4b 59 00 00 05 00 05 00
        08 00 00 00 05 00 06 00 00 00 00 00
        3c 00 02 80 14 00 01 80 08 00 01 00 7f 00 00 01 08 00 02 00 7f 00 00 01  # CTA_TUPLE_REPLY
        24 00 02 80 05 00 01 00 01 00 00 00 06 00 04 00 4b 59 00 00 05 00 05 00
        00 00 00 00 05 00 06 00 00 00 00 00
        08 00 03 00 00 00 00 0a  # CTA_STATUS
        08 00 08 00 00 00 00 00  # CTA_MARK
        08 00 0c 00 05 ab e7 50  # CTA_ID
        08 00 0b 00 00 00 00 01  # CTA_USE
        08 00 07 00 00 00 00 1d  # CTA_TIMEOUT
        1c 00 09 80 0c 00 01 00 00 00 00 00 00 00 00 01 0c 00 02 00 00 00 00 00  # CTA_COUNTERS_ORIG
        00 00 00 54
        1c 00 0a 80 0c 00 01 00 00 00 00 00 00 00 00 01 0c 00 02 00 00 00 00 00  # CTA_COUNTERS_REPLY
        00 00 00 54
        10 00 14 80 0c 00 01 00 18 ec 3c 7d e6 4f 94 f9  # CTA_TIMESTAMP
        """)

    /// `conntrack -I -s 10.8.0.2 -d 192.0.2.9 -p tcp --sport 40000 --dport 443 --state ESTABLISHED -t 3600
    /// -u SEEN_REPLY,ASSURED -m 7 --src-nat 203.0.113.1`, listed as
    /// `tcp 6 3599 ESTABLISHED src=10.8.0.2 dst=192.0.2.9 sport=40000 dport=443 packets=0 bytes=0 src=192.0.2.9
    /// dst=203.0.113.1 sport=443 dport=40000 packets=0 bytes=0 [ASSURED] mark=7 delta-time=0 use=1 id=276142377`
    static let tcp = hex(
        """
        38 01 00 00 00 01 02 00 fe e7 0a 6b 62 4b 00 00  # header: length 312, IPCTNL_MSG_CT_NEW, flags 0x2
        02 00 00 00  # struct nfgenmsg: AF_INET
        34 00 01 80 14 00 01 80 08 00 01 00 0a 08 00 02 08 00 02 00 c0 00 02 09  # CTA_TUPLE_ORIG
        1c 00 02 80 05 00 01 00 06 00 00 00 06 00 02 00 9c 40 00 00 06 00 03 00
        01 bb 00 00
        34 00 02 80 14 00 01 80 08 00 01 00 c0 00 02 09 08 00 02 00 cb 00 71 01  # CTA_TUPLE_REPLY
        1c 00 02 80 05 00 01 00 06 00 00 00 06 00 02 00 01 bb 00 00 06 00 03 00
        9c 40 00 00
        08 00 03 00 00 00 01 9e  # CTA_STATUS
        08 00 08 00 00 00 00 07  # CTA_MARK
        08 00 0c 00 10 75 99 29  # CTA_ID
        08 00 0b 00 00 00 00 01  # CTA_USE
        08 00 07 00 00 00 0e 0f  # CTA_TIMEOUT
        30 00 04 80 2c 00 01 80 05 00 01 00 03 00 00 00 05 00 02 00 00 00 00 00  # CTA_PROTOINFO
        05 00 03 00 00 00 00 00 06 00 04 00 0a 00 00 00 06 00 05 00 0a 00 00 00
        1c 00 09 80 0c 00 01 00 00 00 00 00 00 00 00 00 0c 00 02 00 00 00 00 00  # CTA_COUNTERS_ORIG
        00 00 00 00
        1c 00 0a 80 0c 00 01 00 00 00 00 00 00 00 00 00 0c 00 02 00 00 00 00 00  # CTA_COUNTERS_REPLY
        00 00 00 00
        10 00 14 80 0c 00 01 00 18 ec 3c 7d e6 c0 f2 22  # CTA_TIMESTAMP
        1c 00 18 80 08 00 01 00 00 00 00 00 08 00 02 00 00 00 00 00 08 00 03 00  # CTA_SYNPROXY
        00 00 00 00
        """)

    /// `icmpv6 58 29 src=::1 dst=::1 type=128 code=0 id=19290 packets=1 bytes=104 src=::1 dst=::1 type=129 code=0 id=19290
    /// packets=1 bytes=104 mark=0 delta-time=0 use=1 id=1383629608`
    static let icmp6 = hex(
        """
        2c 01 00 00 00 01 02 00 fe e7 0a 6b 62 4b 00 00  # header: length 300, IPCTNL_MSG_CT_NEW, flags 0x2
        0a 00 00 00  # struct nfgenmsg: AF_INET6
        54 00 01 80 2c 00 01 80 14 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00  # CTA_TUPLE_ORIG
        00 00 00 01 14 00 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01
        24 00 02 80 05 00 01 00 3a 00 00 00 06 00 07 00 4b 5a 00 00 05 00 08 00
        80 00 00 00 05 00 09 00 00 00 00 00
        54 00 02 80 2c 00 01 80 14 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00  # CTA_TUPLE_REPLY
        00 00 00 01 14 00 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01
        24 00 02 80 05 00 01 00 3a 00 00 00 06 00 07 00 4b 5a 00 00 05 00 08 00
        81 00 00 00 05 00 09 00 00 00 00 00
        08 00 03 00 00 00 00 0a  # CTA_STATUS
        08 00 08 00 00 00 00 00  # CTA_MARK
        08 00 0c 00 52 78 83 28  # CTA_ID
        08 00 0b 00 00 00 00 01  # CTA_USE
        08 00 07 00 00 00 00 1d  # CTA_TIMEOUT
        1c 00 09 80 0c 00 01 00 00 00 00 00 00 00 00 01 0c 00 02 00 00 00 00 00  # CTA_COUNTERS_ORIG
        00 00 00 68
        1c 00 0a 80 0c 00 01 00 00 00 00 00 00 00 00 01 0c 00 02 00 00 00 00 00  # CTA_COUNTERS_REPLY
        00 00 00 68
        10 00 14 80 0c 00 01 00 18 ec 3c 7d e6 73 c9 92  # CTA_TIMESTAMP
        """)

    /// `conntrack -I -s fd00::2 -d fd00::9 -p udp --sport 5353 --dport 53 -t 100`, listed as
    /// `udp 17 99 src=fd00::2 dst=fd00::9 sport=5353 dport=53 packets=0 bytes=0 [UNREPLIED] src=fd00::9 dst=fd00::2 sport=53
    /// dport=5353 packets=0 bytes=0 mark=0 delta-time=0 use=1 id=3565153911`
    static let udp6 = hex(
        """
        38 01 00 00 00 01 02 00 fe e7 0a 6b 62 4b 00 00  # header: length 312, IPCTNL_MSG_CT_NEW, flags 0x2
        0a 00 00 00  # struct nfgenmsg: AF_INET6
        4c 00 01 80 2c 00 01 80 14 00 03 00 fd 00 00 00 00 00 00 00 00 00 00 00  # CTA_TUPLE_ORIG
        00 00 00 02 14 00 04 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 09
        1c 00 02 80 05 00 01 00 11 00 00 00 06 00 02 00 14 e9 00 00 06 00 03 00
        00 35 00 00
        4c 00 02 80 2c 00 01 80 14 00 03 00 fd 00 00 00 00 00 00 00 00 00 00 00  # CTA_TUPLE_REPLY
        00 00 00 09 14 00 04 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02
        1c 00 02 80 05 00 01 00 11 00 00 00 06 00 02 00 00 35 00 00 06 00 03 00
        14 e9 00 00
        08 00 03 00 00 00 00 08  # CTA_STATUS
        08 00 08 00 00 00 00 00  # CTA_MARK
        08 00 0c 00 d4 7f ee 77  # CTA_ID
        08 00 0b 00 00 00 00 01  # CTA_USE
        08 00 07 00 00 00 00 63  # CTA_TIMEOUT
        1c 00 09 80 0c 00 01 00 00 00 00 00 00 00 00 00 0c 00 02 00 00 00 00 00  # CTA_COUNTERS_ORIG
        00 00 00 00
        1c 00 0a 80 0c 00 01 00 00 00 00 00 00 00 00 00 0c 00 02 00 00 00 00 00  # CTA_COUNTERS_REPLY
        00 00 00 00
        10 00 14 80 0c 00 01 00 18 ec 3c 7d e7 42 92 0f  # CTA_TIMESTAMP
        1c 00 18 80 08 00 01 00 00 00 00 00 08 00 02 00 00 00 00 00 08 00 03 00  # CTA_SYNPROXY
        00 00 00 00
        """)

    /// All of them.
    static let all = [icmp, tcp, icmp6, udp6]

    /// What `conntrack -D -s 10.8.0.2` sends to take the TCP connection away, cut off after the tuple of its first direction:
    /// the rest repeats what else is known of it. Length and flags are the whole message's.
    static let delete = hex(
        """
        e0 00 00 00 02 01 05 00 ff e7 0a 6b 00 00 00 00  # header: length 224, IPCTNL_MSG_CT_DELETE, REQUEST|ACK
        02 00 00 00  # struct nfgenmsg: AF_INET
        34 00 01 80 14 00 01 80 08 00 01 00 0a 08 00 02 08 00 02 00 c0 00 02 09
        1c 00 02 80 05 00 01 00 06 00 00 00 06 00 02 00 9c 40 00 00 06 00 03 00
        01 bb 00 00
        """)
}
