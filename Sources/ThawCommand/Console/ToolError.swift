import Foundation
import Thaw

/// What a command cannot do: what happened, what was expected, what came and how to mend it.
struct ToolError: ThawError, Equatable {
    let description: String

    init(_ description: String) { self.description = description }
}
