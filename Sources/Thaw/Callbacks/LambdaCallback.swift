/// A callback made of closures, for hooks too small for a class.
///
/// ```swift
/// let report = LambdaCallback(onEpochEnd: { epoch, logs in print(epoch, logs["loss"] ?? .nan) })
/// ```
///
/// Hooks run on the engine's thread, so closures are `@Sendable`: the compiler refuses one that uses variables of `main.swift`, which
/// belong to the main actor, or the model. What needs the model, or has something to remember, is a subclass of `Callback` with a
/// property for it.
public final class LambdaCallback: Callback {
    /// A hook without values.
    public typealias Hook = @Sendable () throws -> Void
    /// A hook that gets the number of an epoch or a batch.
    public typealias IndexHook = @Sendable (_ index: Int) throws -> Void
    /// A hook that gets the values.
    public typealias EndHook = @Sendable (_ logs: Logs) throws -> Void
    /// A hook that gets the number of an epoch or a batch and the values.
    public typealias LogsHook = @Sendable (_ index: Int, _ logs: Logs) throws -> Void

    private let trainBegin: Hook?
    private let trainEnd: EndHook?
    private let epochBegin: IndexHook?
    private let epochEnd: LogsHook?
    private let trainBatchBegin: IndexHook?
    private let trainBatchEnd: LogsHook?

    /// Creates a callback from the hooks that are wanted.
    public init(
        onTrainBegin: Hook? = nil, onTrainEnd: EndHook? = nil,
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
