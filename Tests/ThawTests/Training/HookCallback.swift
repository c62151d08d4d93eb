import Thaw

/// A `LambdaCallback` whose closures may use the variables of a test, which waits in `fit` while they run.
final class HookCallback: Callback {
    private let trainBegin: (() throws -> Void)?
    private let trainEnd: ((Logs) throws -> Void)?
    private let epochBegin: ((Int) throws -> Void)?
    private let epochEnd: ((Int, Logs) throws -> Void)?
    private let trainBatchBegin: ((Int) throws -> Void)?
    private let trainBatchEnd: ((Int, Logs) throws -> Void)?

    init(
        onTrainBegin: (() throws -> Void)? = nil, onTrainEnd: ((Logs) throws -> Void)? = nil,
        onEpochBegin: ((Int) throws -> Void)? = nil, onEpochEnd: ((Int, Logs) throws -> Void)? = nil,
        onTrainBatchBegin: ((Int) throws -> Void)? = nil,
        onTrainBatchEnd: ((Int, Logs) throws -> Void)? = nil
    ) {
        trainBegin = onTrainBegin
        trainEnd = onTrainEnd
        epochBegin = onEpochBegin
        epochEnd = onEpochEnd
        trainBatchBegin = onTrainBatchBegin
        trainBatchEnd = onTrainBatchEnd
    }

    override func onTrainBegin() throws { try trainBegin?() }
    override func onTrainEnd(logs: Logs) throws { try trainEnd?(logs) }
    override func onEpochBegin(epoch: Int) throws { try epochBegin?(epoch) }
    override func onEpochEnd(epoch: Int, logs: Logs) throws { try epochEnd?(epoch, logs) }
    override func onTrainBatchBegin(batch: Int) throws { try trainBatchBegin?(batch) }
    override func onTrainBatchEnd(batch: Int, logs: Logs) throws { try trainBatchEnd?(batch, logs) }
}
