import Foundation

/// How much a call prints.
public enum Verbosity: Sendable, Hashable {
    /// The progress bar on a terminal, one line per epoch elsewhere.
    case automatic
    /// Nothing.
    case silent
    /// A bar that is drawn again while training goes on.
    case progressBar
    /// One line at the end of each epoch.
    case oneLinePerEpoch

    /// The style to print in, the output being looked at where that decides.
    var resolved: Verbosity {
        guard self == .automatic else { return self }
        return isatty(STDOUT_FILENO) == 1 ? .progressBar : .oneLinePerEpoch
    }
}
