// A seeded walk over the life of endpoints on a simulated kernel: `walk [STEPS] [SEED]`; and
// `walk --planted`, which makes mistakes, and sees that each of them is found.

import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
let steps = arguments.first.flatMap { Int($0) } ?? 1_000_000
let seed = arguments.dropFirst().first.flatMap { UInt64($0) } ?? 1
let isGood = arguments.first == "--planted" ? isFound(1_000_000) : isRight(steps, seed: seed)
exit(isGood ? 0 : 1)
