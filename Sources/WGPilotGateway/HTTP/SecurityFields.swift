import HTTPTypes

/// The fields that keep a browser from doing with an answer what it is not for.
enum SecurityFields {
    /// For the page: everything from here, nothing inline, no plug-ins, in no frame. Images may be `blob:` and `data:`, as
    /// QR codes are.
    static let page =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
        + "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    /// For what is no page.
    static let data = "default-src 'none'; frame-ancestors 'none'"

    /// Adds what is not there yet.
    static func add(to fields: inout HTTPFields, isSecure: Bool, path: String) {
        func set(_ name: HTTPField.Name, _ value: String) {
            if fields[name] == nil { fields[name] = value }
        }
        set(.contentSecurityPolicy, data)
        set(.xContentTypeOptions, "nosniff")
        set(.referrerPolicy, "no-referrer")
        set(.permissionsPolicy, "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()")
        set(.crossOriginOpenerPolicy, "same-origin")
        set(.crossOriginResourcePolicy, "same-origin")
        set(.cacheControl, "no-store")
        // Two years, as the preload list asks for; without preload, which is the owner's to choose.
        if isSecure { set(.strictTransportSecurity, "max-age=63072000") }
    }
}
