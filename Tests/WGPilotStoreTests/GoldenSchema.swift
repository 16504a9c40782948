/// What each released migration makes, as `SchemaTests` prints it. Taken from the first database that the migration made
/// and read against the design by a person; never edited afterwards.
enum GoldenSchema {
    static let v1 = """
        network: id|INTEGER|0|1, name|TEXT|1|0, interface|TEXT|1|0, mode|TEXT|1|0, subnet|TEXT|1|0, \
        subnet6|TEXT|0|0, listenPort|INTEGER|1|0, publicKey|BLOB|1|0, dnsServers|TEXT|1|0, \
        searchDomains|TEXT|1|0, mtu|INTEGER|0|0, endpointHost|TEXT|0|0, tunnel|TEXT|1|0, \
        customCIDRs|TEXT|1|0, enabled|INTEGER|1|0, hostHint|INTEGER|1|0, createdAt|INTEGER|1|0, \
        updatedAt|INTEGER|1|0
          unique name
          unique interface
          unique subnet
          unique subnet6
          unique listenPort
        networkSecret: networkID|INTEGER|0|1, privateKey|BLOB|1|0
          references network|networkID|id|CASCADE
        peer: id|INTEGER|0|1, networkID|INTEGER|1|0, name|TEXT|1|0, hostNumber|INTEGER|1|0, \
        publicKey|BLOB|1|0, email|TEXT|1|0, role|TEXT|1|0, endpoint|TEXT|0|0, \
        persistentKeepalive|INTEGER|1|0, hubKeepalive|INTEGER|1|0, tunnel|TEXT|0|0, extraCIDRs|TEXT|1|0, \
        dnsServers|TEXT|0|0, mtu|INTEGER|0|0, notes|TEXT|1|0, tags|TEXT|1|0, enabled|INTEGER|1|0, \
        createdAt|INTEGER|1|0, updatedAt|INTEGER|1|0
          references network|networkID|id|CASCADE
          index networkID
          unique networkID,name
          unique networkID,publicKey
          unique networkID,hostNumber
        peerSecret: peerID|INTEGER|0|1, privateKey|BLOB|0|0, presharedKey|BLOB|0|0
          references peer|peerID|id|CASCADE
        retiredInterface: name|TEXT|1|1
          unique name
        setting: key|TEXT|1|1, value|TEXT|1|0
          unique key
        siteNetwork: peerID|INTEGER|1|1, position|INTEGER|1|2, family|INTEGER|1|0, first|BLOB|1|0, \
        prefixLength|INTEGER|1|0
          references peer|peerID|id|CASCADE
          unique family,first
          unique peerID,position
        """

    static let v2 = """
        accessRule: id|INTEGER|0|1, ownerNetworkID|INTEGER|0|0, ownerTag|TEXT|0|0, \
        ownerPeerID|INTEGER|0|0, position|INTEGER|1|0, action|TEXT|1|0, destination|TEXT|1|0, \
        destinationText|TEXT|0|0, destinationPeerID|INTEGER|0|0, protocol|TEXT|1|0, ports|TEXT|1|0, \
        comment|TEXT|1|0, enabled|INTEGER|1|0, createdAt|INTEGER|1|0, updatedAt|INTEGER|1|0
          references peer|destinationPeerID|id|CASCADE
          references peer|ownerPeerID|id|CASCADE
          references network|ownerNetworkID|id|CASCADE
          index destinationPeerID
          index ownerNetworkID,position
          index ownerPeerID,position
          index ownerTag,position
        bridge: id|INTEGER|0|1, networkA|INTEGER|1|0, networkB|INTEGER|1|0, direction|TEXT|1|0, \
        allowedCIDRs|TEXT|1|0, enabled|INTEGER|1|0, createdAt|INTEGER|1|0, updatedAt|INTEGER|1|0
          references network|networkB|id|CASCADE
          references network|networkA|id|CASCADE
          unique NULL,NULL
        firewallMark: single|INTEGER|1|1, applied|BLOB|1|0, listing|BLOB|1|0
        ignoredDrift: networkID|INTEGER|1|1, item|TEXT|1|2, observed|BLOB|1|0
          references network|networkID|id|CASCADE
          unique networkID,item
        kernelSetting: key|TEXT|1|1, valueBefore|TEXT|1|0, valueSet|TEXT|1|0, changedAt|INTEGER|1|0
          unique key
        network: id|INTEGER|0|1, name|TEXT|1|0, interface|TEXT|1|0, mode|TEXT|1|0, subnet|TEXT|1|0, \
        subnet6|TEXT|0|0, hubNumber|INTEGER|1|0, listenPort|INTEGER|1|0, publicKey|BLOB|1|0, \
        dnsServers|TEXT|1|0, searchDomains|TEXT|1|0, mtu|INTEGER|0|0, endpointHost|TEXT|0|0, \
        tunnel|TEXT|1|0, customCIDRs|TEXT|1|0, nat|INTEGER|1|0, peersMayTalk|INTEGER|1|0, \
        driftPolicy|TEXT|1|0, enabled|INTEGER|1|0, hostHint|INTEGER|1|0, createdAt|INTEGER|1|0, \
        updatedAt|INTEGER|1|0
          unique name
          unique interface
          unique subnet
          unique subnet6
          unique listenPort
        networkSecret: networkID|INTEGER|0|1, privateKey|BLOB|1|0
          references network|networkID|id|CASCADE
        peer: id|INTEGER|0|1, networkID|INTEGER|1|0, name|TEXT|1|0, hostNumber|INTEGER|1|0, \
        publicKey|BLOB|1|0, email|TEXT|1|0, role|TEXT|1|0, endpoint|TEXT|0|0, \
        persistentKeepalive|INTEGER|1|0, hubKeepalive|INTEGER|1|0, tunnel|TEXT|0|0, extraCIDRs|TEXT|1|0, \
        dnsServers|TEXT|0|0, mtu|INTEGER|0|0, notes|TEXT|1|0, tags|TEXT|1|0, enabled|INTEGER|1|0, \
        createdAt|INTEGER|1|0, updatedAt|INTEGER|1|0
          references network|networkID|id|CASCADE
          index networkID
          unique networkID,name
          unique networkID,publicKey
          unique networkID,hostNumber
        peerSecret: peerID|INTEGER|0|1, privateKey|BLOB|0|0, presharedKey|BLOB|0|0
          references peer|peerID|id|CASCADE
        pendingChange: id|INTEGER|0|1, single|INTEGER|1|0, description|TEXT|1|0, inverse|BLOB|1|0, \
        deadline|INTEGER|1|0, createdAt|INTEGER|1|0
          unique single
        retiredInterface: name|TEXT|1|1
          unique name
        setting: key|TEXT|1|1, value|TEXT|1|0
          unique key
        siteNetwork: peerID|INTEGER|1|0, position|INTEGER|1|0, family|INTEGER|1|1, first|BLOB|1|2, \
        prefixLength|INTEGER|1|0
          references peer|peerID|id|CASCADE
          index peerID,position
          unique family,first
        """

    /// The second with the audit log, the tokens and the keys of creations.
    static let v3 =
        v2
        .replacing(
            "bridge: id|",
            with: """
                apiToken: id|INTEGER|0|1, name|TEXT|1|0, role|TEXT|1|0, digest|BLOB|1|0, createdBy|TEXT|1|0, \
                createdAt|INTEGER|1|0, expiresAt|INTEGER|0|0, lastUsedAt|INTEGER|0|0
                  unique name
                  unique digest
                audit: sequence|INTEGER|0|1, time|INTEGER|1|0, actorKind|TEXT|1|0, actor|TEXT|1|0, uid|INTEGER|0|0, \
                tokenID|INTEGER|0|0, origin|TEXT|1|0, method|TEXT|1|0, target|TEXT|1|0, result|TEXT|1|0, \
                reason|TEXT|1|0, requestID|TEXT|1|0, count|INTEGER|1|0, changes|TEXT|1|0, omittedChanges|INTEGER|1|0, \
                hash|BLOB|1|0
                auditHead: single|INTEGER|1|1, sequence|INTEGER|1|0, hash|BLOB|1|0, mac|BLOB|1|0
                bridge: id|
                """
        )
        .replacing(
            "ignoredDrift: ",
            with: """
                idempotency: caller|TEXT|1|1, key|TEXT|1|2, method|TEXT|1|0, digest|BLOB|1|0, objectID|INTEGER|1|0, \
                createdAt|INTEGER|1|0
                  index createdAt
                  unique caller,key
                ignoredDrift:\u{20}
                """
        )

    /// The third with the seals of devices.
    static let v4 =
        v3
        .replacing(
            "firewallMark: ",
            with: """
                deviceSeal: networkID|INTEGER|0|1, version|INTEGER|1|0, seal|BLOB|0|0
                  references network|networkID|id|CASCADE
                firewallMark:\u{20}
                """
        )
        .replacing("index networkID\n  unique", with: "index networkID\n  index networkID\n  unique")
    static let v5 =
        v4
        .replacing(
            "firewallMark: ",
            with: """
                fetchedConfiguration: peerID|INTEGER|0|1, fetchedAt|INTEGER|1|0, digest|BLOB|1|0
                  references peer|peerID|id|CASCADE
                firewallMark:\u{20}
                """
        )
        .replacing(
            "updatedAt|INTEGER|1|0\n  unique name\n  unique interface",
            with: "updatedAt|INTEGER|1|0, custody|TEXT|1|0\n  unique name\n  unique interface"
        )
        .replacing(
            "updatedAt|INTEGER|1|0\n  references network|networkID|id|CASCADE\n  index networkID",
            with: """
                updatedAt|INTEGER|1|0, shownOnce|INTEGER|1|0, searchDomains|TEXT|0|0, excludedCIDRs|TEXT|1|0, \
                expiresAt|INTEGER|0|0, disabledReason|TEXT|0|0
                  references network|networkID|id|CASCADE
                  index networkID
                  index expiresAt
                """
        )
        .replacing(
            "pendingChange: ",
            with: """
                peerSighting: peerID|INTEGER|0|1, handshakeAt|INTEGER|1|0, seenEndpoint|TEXT|0|0
                  references peer|peerID|id|CASCADE
                pendingChange:\u{20}
                """
        )
        .replacing(
            "retiredInterface: ",
            with: """
                pendingKey: peerID|INTEGER|0|1, nextPublicKey|BLOB|1|0, nextPrivateKey|BLOB|0|0, \
                nextPresharedKey|BLOB|0|0, nextShownOnce|INTEGER|1|0, activatesAt|INTEGER|1|0
                  references peer|peerID|id|CASCADE
                  index activatesAt
                retiredInterface:\u{20}
                """
        )

    static let v6 =
        v5.replacing(
            "network: id",
            with: """
                link: id|INTEGER|0|1, peerID|INTEGER|1|0, digest|BLOB|1|0, createdBy|TEXT|1|0, createdAt|INTEGER|1|0, \
                expiresAt|INTEGER|1|0
                  references peer|peerID|id|CASCADE
                  index expiresAt
                  index peerID
                  unique digest
                network: id
                """
        )
        .replacing(
            "  index networkID\n  index expiresAt\n",
            with: """
                  index networkID,updatedAt
                  index networkID,createdAt
                  index networkID,email
                  index networkID
                  index expiresAt

                """
        )

    static let v7 =
        v6.replacing(
            "idempotency: ",
            with: """
                formerSubject: subject|INTEGER|0|1
                idempotency:\u{20}
                """
        )
        .replacing(
            "  index expiresAt\n  index networkID\n  unique networkID,name",
            with: """
                  index expiresAt
                  index networkID
                  index networkID
                  unique networkID,name
                """
        )
        .replacing(
            "peerSighting: ",
            with: """
                peerSession: peerID|INTEGER|1|1, startedAt|INTEGER|1|2, lastSeenAt|INTEGER|1|0, endedAt|INTEGER|0|0, \
                received|INTEGER|1|0, sent|INTEGER|1|0
                  index endedAt
                  unique peerID,startedAt
                peerSighting:\u{20}
                """
        )
        .replacing(
            "setting: ",
            with: """
                sessionEndpoint: peerID|INTEGER|1|1, startedAt|INTEGER|1|2, seenAt|INTEGER|1|3, endpoint|TEXT|1|0
                  unique peerID,startedAt,seenAt
                setting:\u{20}
                """
        ) + """

            trafficDay: period|INTEGER|1|1, subject|INTEGER|1|2, amounts|BLOB|1|0
              unique period,subject
            trafficDevice: networkID|INTEGER|0|1, device|TEXT|1|0
            trafficHour: day|INTEGER|1|1, subject|INTEGER|1|2, amounts|BLOB|1|0
              unique day,subject
            trafficSample: takenAt|INTEGER|1|1, part|INTEGER|1|2, amounts|BLOB|1|0
              unique takenAt,part
            trafficState: part|INTEGER|0|1, meters|BLOB|1|0
            trafficTier: tier|TEXT|1|1, madeBefore|INTEGER|1|0
              unique tier
            trafficWatch: networkID|INTEGER|1|1, startedAt|INTEGER|1|2, endedAt|INTEGER|1|0
              unique networkID,startedAt
            """

    /// The seventh with limits of bandwidth.
    static let v8 =
        v7
        .replacing(
            "custody|TEXT|1|0\n  unique name",
            with: "custody|TEXT|1|0, bandwidthUp|INTEGER|1|0, bandwidthDown|INTEGER|1|0\n  unique name"
        )
        .replacing(
            "disabledReason|TEXT|0|0\n",
            with: "disabledReason|TEXT|0|0, bandwidthUp|INTEGER|0|0, bandwidthDown|INTEGER|0|0\n"
        )
        .replacing(
            "  index networkID\n  index expiresAt\n",
            with: """
                  index networkID
                  index expiresAt
                  index networkID

                """
        )

    static let v9 =
        v8.replacing(
            "retiredInterface: ",
            with: """
                recoveryCode: userID|INTEGER|1|1, digest|BLOB|1|2
                  references totp|userID|userID|CASCADE
                  unique userID,digest
                retiredInterface:\u{20}
                """
        )
        .replacing(
            "sessionEndpoint: ",
            with: """
                session: id|INTEGER|0|1, userID|INTEGER|1|0, digest|BLOB|1|0, createdAt|INTEGER|1|0, \
                lastUsedAt|INTEGER|1|0, idleExpiresAt|INTEGER|1|0, expiresAt|INTEGER|1|0, clientAddress|TEXT|1|0, \
                userAgent|TEXT|1|0
                  references user|userID|id|CASCADE
                  index userID
                  unique digest
                sessionEndpoint:\u{20}
                """
        )
        .replacing(
            "siteNetwork: ",
            with: """
                setupCode: single|INTEGER|1|1, digest|BLOB|1|0, evenWithUsers|INTEGER|1|0, createdBy|TEXT|1|0, \
                createdAt|INTEGER|1|0, expiresAt|INTEGER|1|0
                siteNetwork:\u{20}
                """
        )
        .replacing(
            "trafficDay: ",
            with: """
                totp: userID|INTEGER|0|1, secret|BLOB|0|0, pendingSecret|BLOB|0|0, pendingUntil|INTEGER|0|0, \
                lastStep|INTEGER|1|0
                  references user|userID|id|CASCADE
                trafficDay:\u{20}
                """
        ) + """

            user: id|INTEGER|0|1, name|TEXT|1|0, nameKey|TEXT|1|0, role|TEXT|1|0, enabled|INTEGER|1|0, \
            email|TEXT|1|0, passwordHash|TEXT|1|0, passwordVersion|INTEGER|1|0, passwordChangedAt|INTEGER|1|0, \
            createdAt|INTEGER|1|0, updatedAt|INTEGER|1|0, lastLoginAt|INTEGER|0|0
              unique nameKey
            """

    /// It changes triggers alone, which do not stand here.
    static let v10 = v9
}
