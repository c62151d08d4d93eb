import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One HTTP request that is waited for, its body handed on as it comes.
///
/// The session calls its delegate on one queue, one call at a time, and the caller of ``run(_:into:)``
/// touches nothing until the semaphore is signalled; so no state is shared at any moment.
final class DownloadTask: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    /// Seconds without any progress before a server is given up.
    static let patience: TimeInterval = 30

    private let sink: DownloadSink
    private let name: String
    private let done = DispatchSemaphore(value: 0)
    private var failure: (any Error)?

    private init(sink: DownloadSink, name: String) {
        self.sink = sink
        self.name = name
    }

    /// Downloads `url` into `sink`.
    ///
    /// - Throws: ``DownloadError`` when the server cannot be reached or refuses, and what the sink throws.
    static func run(_ url: URL, into sink: DownloadSink) throws {
        let task = DownloadTask(sink: sink, name: url.lastPathComponent)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = patience
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        let session = URLSession(configuration: configuration, delegate: task, delegateQueue: queue)
        defer { session.invalidateAndCancel() }
        var request = URLRequest(url: url)
        // The bytes of the file itself are wanted: a gzip file must not be unpacked on the way.
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        session.dataTask(with: request).resume()
        task.done.wait()
        if let failure = task.failure { throw failure }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        do {
            if let response = response as? HTTPURLResponse, response.statusCode != 200 {
                throw DownloadError(name: name, reason: "the server answered \(response.statusCode)")
            }
            try sink.checkSize(Int(clamping: response.expectedContentLength))
            completionHandler(.allow)
        } catch {
            failure = error
            completionHandler(.cancel)
        }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        guard failure == nil else { return }
        do {
            try data.withUnsafeBytes { try sink.receive($0) }
        } catch {
            failure = error
            dataTask.cancel()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if failure == nil, let error {
            failure = DownloadError(name: name, reason: error.localizedDescription)
        }
        done.signal()
    }
}
