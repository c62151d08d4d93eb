/// Stops with `message` when `condition` does not hold.
///
/// Host operators trap on a programmer's error. `precondition` would do, but optimised builds drop its
/// message, and the shapes in the message are what the programmer needs.
@inline(__always)
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { stop(message()) }
}

@inline(never)
func stop(_ message: String) -> Never {
    fatalError(message)
}
