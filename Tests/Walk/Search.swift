import Reservations

/// Walks seed by seed, from `seed` on; the first that goes wrong, and its seed.
func firstWrong(_ steps: Int, seed: UInt64, _ function: @escaping Function) -> (Walk, UInt64, Int)?
{
    var count = 0
    var seed = seed
    while count < steps {
        let length = min(Walk.stepsMax, steps - count)
        let walk = Walk(seed: seed, steps: length, function)
        count += walk.stepCount
        if walk.failure != nil { return (walk, seed, count) }
        seed += 1
    }
    return nil
}

/// Whether nothing is wrong.
func isRight(_ steps: Int, seed: UInt64) -> Bool {
    guard let (walk, wrong, _) = firstWrong(steps, seed: seed, transition) else {
        print("\(steps) steps from seed \(seed): nothing is wrong")
        return true
    }
    let shortest = Walk.shortest(seed: wrong, steps: walk.stepCount, transition)
    for line in shortest.lines(seed: wrong) { print(line) }
    return false
}

/// Whether every mistake is found.
func isFound(_ steps: Int) -> Bool {
    var livingCount = 0
    for mistake in planted {
        if let (walk, seed, count) = firstWrong(steps, seed: 1, mistake.function) {
            let right = Walk(seed: seed, steps: walk.stepCount, transition)
            var what = walk.failure?.what ?? ""
            if right.failure != nil {
                livingCount += 1
                what = "NOT FOUND, what is right is wrong here too"
            }
            print("\(mistake.name): seed \(seed), step \(walk.stepCount), \(count) in all: \(what)")
        } else {
            livingCount += 1
            print("\(mistake.name): NOT FOUND in \(steps) steps")
        }
    }
    print("\(planted.count) mistakes, \(livingCount) not found")
    return livingCount == 0
}
