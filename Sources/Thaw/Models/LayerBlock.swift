/// Layers of a model that belong together by their names, such as a residual block.
public struct LayerBlock {
    /// What the names have in common, for example `conv5_block3`.
    public let name: String
    /// The layers, in order, with those without a block's name that follow them.
    public let layers: [Layer]
}

extension LayerBlock {
    /// The block that a layer's name says it is in; nil for none.
    ///
    /// | names | block |
    /// |---|---|
    /// | `conv5_block3_1_conv`, `block14_sepconv1`, `block_16_project`, `block7a_se_reduce` | up to `block` and its number |
    /// | `layer3.2.conv1`, `features.18.conv.0` | up to the first part that is a number |
    /// | `conv_dw_13`, `conv_pw_13_bn`, `conv_pad_12` | `conv_13` |
    /// | `expanded_conv_project` | `expanded_conv` |
    static func name(of layerName: String) -> String? {
        if let match = layerName.prefixMatch(of: /(?<block>.*?block[_.]?[0-9]+[a-z]?)(?:[_.\/]|$)/) {
            return String(match.block)
        }
        if let match = layerName.prefixMatch(of: /(?<block>(?:[^.]*[^.0-9][^.]*\.)+[0-9]+)(?:\.|$)/) {
            return String(match.block)
        }
        if let match = layerName.prefixMatch(of: /conv_(?:dw|pw|pad)_(?<number>[0-9]+)(?:_|$)/) {
            return "conv_\(match.number)"
        }
        return layerName.hasPrefix("expanded_conv_") ? "expanded_conv" : nil
    }

    /// Whether a layer is the end of a block that has its name, as `mixed7` in InceptionV3.
    static func closesBlock(_ layerName: String) -> Bool { layerName.wholeMatch(of: /mixed[0-9]+/) != nil }
}
