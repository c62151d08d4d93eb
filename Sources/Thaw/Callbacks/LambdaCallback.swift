/// A callback made of closures, for hooks too small for a class.
///
/// ```swift
/// let report = LambdaCallback(onEpochEnd: { epoch, logs in print(epoch, logs["loss"] ?? .nan) })
/// ```
public final class LambdaCallback: Callback {
    /// A hook without values.
    public typealias Hook = () throws -> Void
    /// A hook that gets the number of an epoch or a batch.
    public typealias IndexHook = (_ index: Int) throws -> Void
    /// A hook that gets the number of an epoch or a batch and the values.
    public typealias LogsHook = (_ index: Int, _ logs: Logs) throws -> Void

    private let trainBegin: Hook?
    private let trainEnd: ((Logs) throws -> Void)?
    private let epochBegin: IndexHook?
    private let epochEnd: LogsHook?
    private let trainBatchBegin: IndexHook?
    private let trainBatchEnd: LogsHook?

    /// Creates a callback from the hooks that are wanted.
    public init(
        onTrainBegin: Hook? = nil, onTrainEnd: ((_ logs: Logs) throws -> Void)? = nil,
        onEpochBegin: IndexHook? = nil, onEpochEnd: LogsHook? = nil,
        onTrainBatchBegin: IndexHook? = nil, onTrainBatchEnd: LogsHook? = nil
    ) {
        trainBegin = onTrainBegin
        trainEnd = onTrainEnd
        epochBegin = onEpochBegin
        epochEnd = onEpochEnd
        trainBatchBegin = onTrainBatchBegin
        trainBatchEnd = onTrainBatchEnd
        super.init()
    }

    public override func onTrainBegin() throws { try trainBegin?() }
    public override func onTrainEnd(logs: Logs) throws { try trainEnd?(logs) }
    public override func onEpochBegin(epoch: Int) throws { try epochBegin?(epoch) }
    public override func onEpochEnd(epoch: Int, logs: Logs) throws { try epochEnd?(epoch, logs) }
    public override func onTrainBatchBegin(batch: Int) throws { try trainBatchBegin?(batch) }
    public override func onTrainBatchEnd(batch: Int, logs: Logs) throws { try trainBatchEnd?(batch, logs) }
}
