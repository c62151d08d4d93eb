// `import ThawVision` alone is enough.
@_exported public import Thaw
@_exported public import ThawFormats
