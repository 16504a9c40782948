/// A value under the name that its type has elsewhere; nil where the type is another one.
///
/// For generic code that has found out what its parameter is. Unlike `as?` it does not look for a conversion (which an
/// empty array of anything has) and costs next to nothing.
@inline(__always)
func identity<Value, Same>(_ value: Value, _ type: Same.Type) -> Same? {
    guard Value.self == Same.self else { return nil }
    // The same type has the same bits, and the copy is counted as any other.
    return unsafe unsafeBitCast(value, to: Same.self)
}
