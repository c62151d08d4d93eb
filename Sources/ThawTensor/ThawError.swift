// The one public use of Foundation: a `LocalizedError` is what makes `localizedDescription` show the text.
public import protocol Foundation.LocalizedError

/// An error thrown by Thaw.
///
/// Its `description` says what happened and where, what was expected, what came, and how to mend it.
/// `localizedDescription` says the same.
public protocol ThawError: LocalizedError, CustomStringConvertible, Sendable {}

extension ThawError {
    /// The same text as `description`.
    public var errorDescription: String? { description }
}
