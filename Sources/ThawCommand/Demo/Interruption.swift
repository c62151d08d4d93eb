import Dispatch
import Foundation

/// Turns Ctrl-C into the cancellation of a task, so that work ends between two steps and leaves no broken file.
final class Interruption {
    private let source: any DispatchSourceSignal

    /// Listens from now on. The first Ctrl-C calls `body`; a second one ends the process at once.
    init(_ body: @escaping @Sendable () -> Void) {
        // The default action would end the process before the source is told.
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        let wasInterrupted = Flag()
        source.setEventHandler {
            if wasInterrupted.set() { exit(130) }
            body()
        }
        // Until the source is registered a signal would be lost.
        let isRegistered = DispatchSemaphore(value: 0)
        source.setRegistrationHandler { isRegistered.signal() }
        source.resume()
        isRegistered.wait()
    }

    /// Ctrl-C does again what it does by default.
    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }

    private final class Flag: @unchecked Sendable {
        private let lock = NSLock()
        private var value = false

        /// Sets the flag and says whether it was set before.
        func set() -> Bool {
            lock.withLock {
                defer { value = true }
                return value
            }
        }
    }
}
