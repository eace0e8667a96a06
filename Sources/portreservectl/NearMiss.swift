/// The one of `names` that `word` is a slip of the keyboard away from; nil where there is none.
///
/// One slip for up to five characters, two for more. Of several that are as near, the first.
func nearest(to word: String, among names: some Sequence<String>) -> String? {
    let word = Array(word)
    let most = word.count > 5 ? 2 : 1
    guard word.count >= 2, word.count <= wordLengthMax else { return nil }
    let near = names.map { (name: $0, letters: Array($0)) }
        .filter { abs($0.letters.count - word.count) <= most }
        .map { (distance: distance(word, $0.letters), name: $0.name) }
        .filter { $0.distance <= most }
    return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// How many slips lie between two words: a letter too many, too few or wrong, or two neighbours
/// that changed places (optimal string alignment).
func distance(_ one: [Character], _ other: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for (row, letter) in one.enumerated() {
        var current = [row + 1]
        for (column, otherLetter) in other.enumerated() {
            let same = last[column] + (letter == otherLetter ? 0 : 1)
            var least = min(same, last[column + 1] + 1, current[column] + 1)
            let isSwap =
                row > 0 && column > 0 && letter == other[column - 1]
                && one[row - 1] == otherLetter
            if isSwap { least = min(least, beforeLast[column - 1] + 1) }
            current.append(least)
        }
        (beforeLast, last) = (last, current)
    }
    return last[other.count]
}

/// Longer words are not compared: nobody types them.
private let wordLengthMax = 64
