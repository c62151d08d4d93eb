import CKernels
import ThawGraph
import ThawTensor

extension Lowering {
    func lowerAffineResample(_ operation: AffineResample, _ index: Int) throws {
        addResampling(
            "affine resample", thaw_affine_resample_run, operation, images: inputType(index, 0).shape,
            from: try input(index, 0), transforms: try input(index, 1), to: try output(index), index)
    }

    func lowerAffineResampleGradient(_ operation: AffineResampleGradient, _ index: Int) throws {
        addResampling(
            "affine resample gradient", thaw_affine_resample_gradient_run, operation.resample,
            images: operation.inputShape, from: try input(index, 0), transforms: try input(index, 1),
            to: try output(index), index)
    }

    private func addResampling(
        _ name: String, _ run: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void,
        _ operation: AffineResample, images: [Int], from source: Storage, transforms: Storage,
        to destination: Storage, _ index: Int
    ) {
        var context = thaw_affine_resample()
        context.count = Int64(images[0])
        context.height = Int64(images[1])
        context.width = Int64(images[2])
        context.channels = Int64(images[3])
        context.output_height = Int64(operation.size.height)
        context.output_width = Int64(operation.size.width)
        context.interpolation =
            operation.interpolation == .nearest ? Int32(THAW_NEAREST_PIXEL) : Int32(THAW_BILINEAR_PIXELS)
        switch operation.fill {
        case .constant(let value): (context.mode, context.fill) = (Int32(THAW_FILL_CONSTANT), Float(value))
        case .nearest: context.mode = Int32(THAW_FILL_NEAREST)
        case .reflect: context.mode = Int32(THAW_FILL_REFLECT)
        case .wrap: context.mode = Int32(THAW_FILL_WRAP)
        }
        let elements = images[0] * operation.size.height * operation.size.width
        context.threads = threads.forElements(elements, work: 30 + 4 * images[3])
        let template = context
        add(
            PlannedStep(
                name, phase: analysis.phase[index], reads: [source, transforms], writes: [destination]
            ) { binder in
                var context = template
                context.input = UnsafePointer(binder.floats(source))
                context.transforms = UnsafePointer(binder.floats(transforms))
                context.output = binder.floats(destination)
                return binder.step(run, context)
            })
    }
}
