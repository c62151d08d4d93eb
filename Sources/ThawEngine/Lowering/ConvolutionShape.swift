import COneDNN
import ThawGraph

/// The sizes of a convolution, forward or in one of its gradients.
struct ConvolutionShape {
    let convolution: Convolution2D
    /// `[n, h, w, c]` of the images that the forward operation reads.
    let input: [Int]
    /// `[h, w, in / groups, out]`.
    let kernel: [Int]
    /// `[n, h, w, c]` of the images that the forward operation writes.
    let output: [Int]

    init(_ convolution: Convolution2D, input: [Int], kernel: [Int], output: [Int]) {
        self.convolution = convolution
        self.input = input
        self.kernel = kernel
        self.output = output
    }

    /// Floating-point operations, done directly.
    var operations: Int { 2 * output.reduce(1, *) * kernel[0] * kernel[1] * kernel[2] }

    /// The kernel as the graph stores it.
    var kernelLayout: thaw_layout { .kernel(kernel, groups: convolution.groups) }

    /// Where the kernel goes over the images.
    var window: thaw_window {
        let padding = convolution.resolvedPadding(inputShape: input, kernelShape: kernel)
        return thaw_window(
            kernel: (Int64(kernel[0]), Int64(kernel[1])),
            strides: (Int64(convolution.strides.height), Int64(convolution.strides.width)),
            dilation: (Int64(convolution.dilation.height), Int64(convolution.dilation.width)),
            padding_before: (Int64(padding.top), Int64(padding.left)),
            padding_after: (Int64(padding.bottom), Int64(padding.right)))
    }

    /// Whether the kernel's gradient is better computed as one product of matrices, `input transposed x output's gradient`.
    ///
    /// A kernel of 1 x 1 sees pixels alone. Timed on Zen 4 with oneDNN 2.6, the product took 0.65 to 1.03 of the convolution's time,
    /// least where few channels become many, and its result needs no unpacking; with fewer channels up to 1.2.
    var isWorthProduct: Bool {
        let unit = Size2D(height: 1, width: 1)
        let (inner, outer) = (input[3], output[3])
        return convolution.groups == 1 && kernel[0] == 1 && kernel[1] == 1 && convolution.strides == unit
            && input[1] == output[1] && input[2] == output[2] && min(inner, outer) >= 64
            && inner + outer >= 192 && operations >= 1 << 24
    }

    /// Whether Winograd's algorithm F(4x4, 3x3) (Lavin and Gray, 2015) saves time.
    ///
    /// It multiplies 36 times for a tile of 4 x 4 results where the direct way takes 144, and pays for that by transforming
    /// tiles of input and output, which few channels do not repay, and by results that stick out of the image.
    /// The limits are from timing oneDNN 2.6 on two processors of Zen 4: within them the time was 0.36 to 0.98 of the direct one,
    /// outside up to 4.8 times it. The errors were at most 2e-6 of the largest value; direct ones at most 3.3e-6.
    var isWorthWinograd: Bool {
        let unit = Size2D(height: 1, width: 1)
        let (inner, outer) = (input[3], output[3])
        guard convolution.groups == 1, kernel[0] == 3, kernel[1] == 3, convolution.strides == unit,
            convolution.dilation == unit, inner.isMultiple(of: 16), outer.isMultiple(of: 16),
            inner + outer >= 48
        else { return false }
        let tiles = output[0] * ((output[1] + 3) / 4) * ((output[2] + 3) / 4)
        let covered = Double(tiles * 16) / Double(output[0] * output[1] * output[2])
        return tiles >= 32 && covered <= 2
    }

    /// Whether a primitive that oneDNN made for Winograd's algorithm is the one that `isWorthWinograd` is about, and
    /// content with memory that a network for photographs has anyway: its last stage takes 140 MB in batches of 32.
    static func isFast(_ winograd: Primitive) -> Bool {
        winograd.implementation.hasPrefix("jit_wino_4x3") && winograd.bytes(.scratchpad) <= 160 << 20
    }
}
