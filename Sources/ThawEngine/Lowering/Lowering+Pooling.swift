import COneDNN
import ThawGraph
import ThawTensor

extension Lowering {
    func lowerPooling(_ pooling: Pooling2D, _ index: Int) throws {
        let node = graph.nodes[index]
        let input = analysis.root(node.inputs[0])
        // The gradient of maximum pooling needs to know where each maximum was.
        let keepsWorkspace =
            pooling.kind == .maximum
            && analysis.users[input.node].contains { user in
                guard let gradient = graph.nodes[user].operation as? Pooling2DGradient else { return false }
                return gradient.pooling == pooling && analysis.root(graph.nodes[user].inputs[0]) == input
            }
        try addPooling(
            pooling, source: input, inputType: analysis.type(node.inputs[0]).shape,
            outputShape: node.outputTypes[0].shape,
            destination: try storage(for: Graph.Value(node: index, output: 0)),
            keepsWorkspace: keepsWorkspace,
            index: index)
    }

    private func addPooling(
        _ pooling: Pooling2D, source: Graph.Value, inputType: [Int], outputShape: [Int], destination: Storage,
        keepsWorkspace: Bool, index: Int
    ) throws {
        let window = Self.window(pooling, input: inputType)
        let primitive = withUnsafeLayouts(
            .images(inputType), .images(outputShape), thaw_layout(), thaw_layout()
        ) { a, d, _, _ in
            withUnsafePointer(to: window) {
                Primitive(
                    thaw_pooling_create(
                        a, d, $0, pooling.kind == .maximum ? 1 : 0, keepsWorkspace ? 1 : 0,
                        threads.forElements(inputType.reduce(1, *))))
            }
        }
        guard let primitive else { throw missing(index) }
        var writes: [(Primitive.Argument, Storage)] = [(.destination, destination)]
        if keepsWorkspace, primitive.bytes(.workspace) > 0 {
            let workspace = makeStorage(bytes: primitive.bytes(.workspace), phase: analysis.phase[index])
            poolingWorkspaces[index] = workspace
            writes.append((.workspace, workspace))
        }
        add(
            PlannedStep(
                "pooling", primitive, phase: analysis.phase[index],
                reads: [(.source, try storage(for: source))],
                writes: writes))
    }

    func lowerPoolingGradient(_ gradient: Pooling2DGradient, _ index: Int) throws {
        let node = graph.nodes[index]
        let pooling = gradient.pooling
        let input = analysis.root(node.inputs[0])
        let (source, arriving) = (analysis.type(node.inputs[0]).shape, analysis.type(node.inputs[1]).shape)
        var reads: [(Primitive.Argument, Storage)] = [(.destination, try storage(for: node.inputs[1]))]
        if pooling.kind == .maximum {
            let forward = analysis.users[input.node].first { user in
                graph.nodes[user].operation as? Pooling2D == pooling && poolingWorkspaces[user] != nil
            }
            if let forward, let workspace = poolingWorkspaces[forward] {
                reads.append((.workspace, workspace))
            } else {
                // No forward pass in this graph: run one for its workspace.
                let unused = makeStorage(bytes: arriving.reduce(4, *), phase: analysis.phase[index])
                try addPooling(
                    pooling, source: input, inputType: source, outputShape: arriving, destination: unused,
                    keepsWorkspace: true, index: index)
                if let workspace = poolingWorkspaces[index] { reads.append((.workspace, workspace)) }
            }
        }
        let window = Self.window(pooling, input: source)
        let primitive = withUnsafeLayouts(.images(source), .images(arriving), thaw_layout(), thaw_layout()) {
            a, d, _, _ in
            withUnsafePointer(to: window) {
                Primitive(
                    thaw_pooling_backward_create(
                        a, d, $0, pooling.kind == .maximum ? 1 : 0, threads.forElements(source.reduce(1, *))))
            }
        }
        guard let primitive else { throw missing(index) }
        add(
            PlannedStep(
                "pooling backward", primitive, phase: analysis.phase[index], reads: reads,
                writes: [(.source, try storage(for: Graph.Value(node: index, output: 0)))]))
    }

    private static func window(_ pooling: Pooling2D, input: [Int]) -> thaw_window {
        let padding = pooling.padding.resolved(
            input: Size2D(height: input[1], width: input[2]), window: pooling.size, strides: pooling.strides)
        return thaw_window(
            kernel: (Int64(pooling.size.height), Int64(pooling.size.width)),
            strides: (Int64(pooling.strides.height), Int64(pooling.strides.width)), dilation: (1, 1),
            padding_before: (Int64(padding.top), Int64(padding.left)),
            padding_after: (Int64(padding.bottom), Int64(padding.right)))
    }
}
