@testable import Reservations

/// What becomes of a state, as `Rows` writes it.
struct Answer: Equatable {
    let state: State
    let effects: Effects
}

/// The words of the tables, each with its value.
enum Words {
    static let states: [(String, State)] =
        [
            ("planned", .planned), ("held", .held), ("serving", .serving), ("failed", .failed),
            ("released", .released(.unknown)), ("released-beside", .released(.besideServing)),
            ("released-populated", .released(.populated)), ("released-empty", .released(.empty)),
            ("idle-owners", .idle(.owners)), ("idle-grace", .idle(.grace)),
            ("idle-populated", .idle(.populated)), ("idle-empty", .idle(.empty)),
        ]
        + (0...3).flatMap { attempt in
            [
                ("binding\(attempt)", .binding(attempt: attempt)),
                ("busy\(attempt)", .busy(attempt: attempt, isAsked: false)),
                ("busy\(attempt)-asked", .busy(attempt: attempt, isAsked: true)),
            ]
        }
    static let presences: [(String, Presence)] = [
        ("?", .unknown), ("+", .populated), ("-", .empty), ("x", .removed),
    ]
    static let events: [(String, Event)] =
        [
            ("started", .started), ("hold", .hold), ("bound", .bound), ("inUse", .inUse),
            ("refused", .refused), ("serviceBound", .serviceBound),
            ("foundService", .foundService), ("foundStranger", .foundStranger),
            ("unseen", .foundUnseen),
            ("timeWait", .timeWait(ms: 43_000)), ("timeWait0", .timeWait(ms: 0)),
            ("ownersGone", .ownersGone(isSupervised: false)),
            ("childGone", .ownersGone(isSupervised: true)), ("populated", .xPopulated),
            ("emptied", .xEmptied), ("removed", .xRemoved), ("otherServes", .otherServes),
            ("ruleFailed", .ruleFailed), ("due", .due),
        ]
        + presences.flatMap { sign, presence in
            [
                ("release\(sign)", .release(presence)), ("freed\(sign)", .freed(presence)),
                ("nobody\(sign)", .foundNobody(presence)),
            ]
        }
    static let keepings: [(Character, Keeping)] = [
        ("o", .once), ("u", .unguarded), ("s", .shared), ("g", .guarded),
    ]

    static func state(_ word: String) -> State? { states.first { $0.0 == word }?.1 }

    /// The state of that name, or with a `~` all whose names begin so; `asked~` is `busyN-asked`.
    static func states(_ word: String) -> [State] {
        guard word.hasSuffix("~") else { return state(word).map { [$0] } ?? [] }
        let isAsked = word == "asked~"
        let stem = isAsked ? "busy" : String(word.dropLast())
        return states.filter { name, _ in
            name.hasPrefix(stem) && (stem != "busy" || name.hasSuffix("-asked") == isAsked)
        }.map { $0.1 }
    }

    /// The event of that name, or with a `~` all four of them.
    static func events(_ word: String) -> [Event] {
        events.filter { name, _ in
            name == word || word.hasSuffix("~") && name.dropLast() == word.dropLast()
        }.map { $0.1 }
    }

    /// All of them in one; nil: nobody can read them, or they stand in another order than that in
    /// which they are done.
    static func effects(_ words: ArraySlice<String>) -> Effects? {
        let acts: [(String, Effects.Acts)] = [
            ("allow", .allow), ("forbid", .forbid), ("close", .close), ("bind", .bind),
            ("identify", .identify),
        ]
        let named = acts.filter { words.contains($0.0) }
        let wakeAfterMs = words.last.flatMap { Int($0) }
        if named.map({ $0.0 }) + (wakeAfterMs.map { [String($0)] } ?? []) != Array(words) {
            return nil
        }
        return Effects(Effects.Acts(named.map { $0.1 }), wakeAfterMs: wakeAfterMs)
    }
}

/// One row: ways of keeping, states, events, the state after that, and the effects.
///
/// A number is a wake after so many ms, `TRAP` a bug of ours,
/// `=` the same state, `asked` the same one and asked for, a `~` stands for all of that name,
/// and `*` for all events that no other row has spoken of.
struct Row {
    let keepings: [Keeping]
    let states: [State]
    /// nil: all others.
    let events: [Event]?
    let effects: Effects
    var isTrap: Bool { next == "TRAP" }
    private let next: String

    /// nil: nobody can read it.
    init?(_ line: Substring) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 4 else { return nil }
        keepings = words[0].compactMap { sign in Words.keepings.first { $0.0 == sign }?.1 }
        let states = words[1].split(separator: ",").map { Words.states(String($0)) }
        let events = words[2].split(separator: ",").map { Words.events(String($0)) }
        self.states = states.flatMap { $0 }
        self.events = words[2] == "*" ? nil : events.flatMap { $0 }
        next = words[3]
        let isNextRead = ["=", "asked", "TRAP"].contains(next) || Words.state(next) != nil
        let areEventsRead = words[2] == "*" || !events.contains([])
        guard isNextRead, areEventsRead, !states.contains([]),
            let effects = Words.effects(words.dropFirst(4)), keepings.count == words[0].count
        else { return nil }
        self.effects = effects
    }

    func answer(of state: State) -> Answer? {
        if isTrap { return nil }
        if next == "asked", case .busy(let attempt, _) = state {
            return Answer(state: .busy(attempt: attempt, isAsked: true), effects: effects)
        }
        return Answer(state: Words.state(next) ?? state, effects: effects)
    }
}

/// The life of an endpoint, by state.
///
/// o once, u unguarded, s shared, g guarded; ? X unknown, + populated, - empty, x removed.
private let life = """
    ousg planned                        started,hold               binding0 bind
    g    planned                        started,hold               binding0 forbid bind
    o    planned                        release~                   released
    us   planned                        release?,releasex          released 600000
    us   planned                        release+                   released-populated 600000
    us   planned                        release-                   released-empty 10000
    g    planned                        release?,releasex          released allow 600000
    g    planned                        release+                   released-populated allow 600000
    g    planned                        release-                   released-empty allow 10000
    ousg planned                        bound,inUse,refused        TRAP
    ousg planned                        *                          =

    ousg binding~                       bound                      held
    o    binding0                       inUse                      busy0 identify
    o    binding1                       inUse                      busy1
    o    binding2                       inUse                      busy2
    o    binding3                       inUse                      busy3
    usg  binding0                       inUse                      busy0 identify 1
    usg  binding1                       inUse                      busy1 10
    usg  binding2                       inUse                      busy2 100
    usg  binding3                       inUse                      busy3 30000
    o    binding~                       refused                    failed
    usg  binding~                       refused                    failed 30000
    ousg binding~                       *                          TRAP

    o    held                           release~                   released close
    u    held                           release?,releasex          released close 600000
    u    held                           release+                   released-populated close 600000
    u    held                           release-                   released-empty close 10000
    s    held                           release~                   =
    g    held                           release?,releasex          released allow close 600000
    g    held                           release+                   released-populated allow close 600000
    g    held                           release-                   released-empty allow close 10000
    ousg held                           ruleFailed                 binding0 bind
    ousg held                           started,bound,inUse,refused TRAP
    ousg held                           *                          =

    o    released~                      release~                   released
    us   released~                      release?,releasex          released 600000
    us   released~                      release+                   released-populated 600000
    us   released~                      release-                   released-empty 10000
    g    released~                      release?,releasex          released allow 600000
    g    released~                      release+                   released-populated allow 600000
    g    released~                      release-                   released-empty allow 10000
    us   released~                      serviceBound               serving identify
    g    released~                      serviceBound               serving allow identify
    ous  released~                      hold                       binding0 bind
    g    released~                      hold,due                   binding0 forbid bind
    us   released~                      due                        binding0 bind
    usg  released                       otherServes                released-beside 90000
    ousg released-populated             emptied                    released-empty 10000
    ousg released-empty                 populated                  released-populated 600000
    ous  released-populated,released-empty removed                    binding0 bind
    g    released-populated,released-empty removed                    binding0 forbid bind
    ousg released~                      started,bound,inUse,refused TRAP
    ousg released~                      *                          =

    g    serving                        release~                   = allow
    s    serving                        freed~,nobody~             binding0 bind
    oug  serving                        freed?,nobody?             idle-owners
    oug  serving                        freed+,nobody+             idle-populated
    oug  serving                        freed-,nobody-             idle-empty 2000
    ou   serving                        freedx,nobodyx             binding0 bind
    g    serving                        freedx,nobodyx             binding0 forbid bind
    ousg serving                        emptied,removed,due,ownersGone,childGone = identify
    ousg serving                        unseen                     = 100
    g    serving                        foundStranger              busy0-asked 30000
    ousg serving                        started,bound,inUse,refused TRAP
    ousg serving                        *                          =

    o    idle~                          release~                   released
    us   idle~                          release?,releasex          released 600000
    us   idle~                          release+                   released-populated 600000
    us   idle~                          release-                   released-empty 10000
    g    idle~                          release?,releasex          released allow 600000
    g    idle~                          release+                   released-populated allow 600000
    g    idle~                          release-                   released-empty allow 10000
    ous  idle~                          hold                       binding0 bind
    g    idle~                          hold                       binding0 forbid bind
    ous  idle~                          serviceBound               serving identify
    g    idle~                          serviceBound               serving allow identify
    ousg idle-owners                    ownersGone                 idle-grace 1000
    ousg idle-owners                    childGone                  idle-grace 10000
    ousg idle-populated                 emptied                    idle-empty 2000
    ousg idle-empty                     populated                  idle-populated
    ous  idle-populated,idle-empty      removed                    binding0 bind
    g    idle-populated,idle-empty      removed                    binding0 forbid bind
    ous  idle-grace,idle-empty          due                        binding0 bind
    g    idle-grace,idle-empty          due                        binding0 forbid bind
    ousg idle~                          started,bound,inUse,refused TRAP
    ousg idle~                          *                          =

    o    busy~,asked~                   release~                   asked
    us   busy~,asked~                   release~                   asked 30000
    g    busy~,asked~                   release~                   asked allow 30000
    ous  busy~,asked~                   hold                       binding0 bind
    g    busy~,asked~                   hold                       binding0 forbid bind
    us   busy~                          freed~                     binding0 bind
    g    busy~                          freed~                     binding0 forbid bind
    us   asked~                         freed?,freedx,nobody?,nobodyx released 600000
    us   asked~                         freed+,nobody+             released-populated 600000
    us   asked~                         freed-,nobody-             released-empty 10000
    g    asked~                         freed?,freedx,nobody?,nobodyx released allow 600000
    g    asked~                         freed+,nobody+             released-populated allow 600000
    g    asked~                         freed-,nobody-             released-empty allow 10000
    usg  busy0                          due                        binding1 bind
    usg  busy1                          due                        binding2 bind
    usg  busy2,busy3                    due                        binding3 bind
    usg  asked~                         due                        = identify 30000
    us   busy~,asked~                   serviceBound               serving identify
    us   busy~,asked~                   foundService               serving
    g    busy~,asked~                   foundService               serving allow
    g    busy~,asked~                   serviceBound               serving allow identify
    usg  busy~,asked~                   unseen                     = 100
    usg  busy~                          nobody~                    = 1
    usg  busy~                          timeWait                   busy0 43000
    usg  busy~                          timeWait0                  busy0 1
    usg  asked~                         timeWait                   busy0-asked 43000
    usg  asked~                         timeWait0                  busy0-asked 1
    ousg busy~,asked~                   started,bound,inUse,refused TRAP
    ousg busy~,asked~                   *                          =

    o    failed                         release~                   released
    us   failed                         release?,releasex          released 600000
    us   failed                         release+                   released-populated 600000
    us   failed                         release-                   released-empty 10000
    g    failed                         release?,releasex          released allow 600000
    g    failed                         release+                   released-populated allow 600000
    g    failed                         release-                   released-empty allow 10000
    ous  failed                         hold                       binding0 bind
    g    failed                         hold,due                   binding0 forbid bind
    us   failed                         due                        binding0 bind
    ousg failed                         started,bound,inUse,refused TRAP
    ousg failed                         *                          =
    """

let lifeLines = life.split(separator: "\n")
let lifeRows = lifeLines.compactMap { Row($0) }
