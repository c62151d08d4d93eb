/// What a model or an `Input` says about preprocessing.
enum PreprocessingSetting: Hashable {
    /// Nothing: what is inside decides.
    case inherited
    /// This one; nil for none, whatever is inside.
    case own(Preprocessing?)
}
