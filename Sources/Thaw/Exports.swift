// `import Thaw` alone is enough: tensors for data, symbolic tensors for layers and losses of one's own,
// engines.
@_exported public import ThawEngine
@_exported public import ThawGraph
@_exported public import ThawTensor
