// swift-tools-version: 6.2
import PackageDescription

// LEAN=1 builds the daemon, portrelease and the generator, and nothing else, as Embedded Swift.
let lean = Context.environment["LEAN"] == "1"
// FUZZ=1 builds the fuzzers, `make fuzz`, and nothing else.
let fuzz = Context.environment["FUZZ"] == "1"

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]
// What Embedded Swift refuses is told early, in the normal build too.
let core = house + [.treatWarning("EmbeddedRestrictions", as: .error)]

let package = Package(
    name: "portreserve",
    targets: [
        .target(name: "CLinux"),
        .target(name: "Text", swiftSettings: core),
        .target(name: "LinuxIO", dependencies: ["CLinux", "Text"], swiftSettings: core),
        .target(name: "Signs", dependencies: ["LinuxIO", "Text"], swiftSettings: core),
        .target(name: "Reservations", dependencies: ["Text"], swiftSettings: core),
        .target(name: "Varlink", dependencies: ["Text"], swiftSettings: core),
        .target(name: "Guard", dependencies: ["LinuxIO", "Text"], swiftSettings: core),
        .target(
            name: "Control", dependencies: ["LinuxIO", "Reservations", "Text", "Varlink"],
            swiftSettings: core),
        .target(
            name: "Daemon",
            dependencies: [
                "LinuxIO", "Guard", "Signs", "Reservations", "Control", "Text", "Varlink",
            ],
            swiftSettings: core),
        .target(
            name: "Generator",
            dependencies: ["LinuxIO", "Reservations", "Control", "Daemon", "Text"],
            swiftSettings: core),
        .executableTarget(
            name: "portreserve", dependencies: ["LinuxIO", "Control", "Daemon", "Text"],
            swiftSettings: core),
        .executableTarget(
            name: "portrelease", dependencies: ["LinuxIO", "Control", "Text", "Varlink"],
            swiftSettings: core),
        .executableTarget(
            name: "portreserve-generator",
            dependencies: ["LinuxIO", "Control", "Generator", "Text"], swiftSettings: core),
    ]
)

if lean {
    // Mangled: `append` of Array and of ContiguousArray, which is map's and filter's. It is called,
    // since a copy of it in each place of use would be a twentieth of the daemon.
    let arrayAppend = "6appendyyxnF"
    #if arch(arm64)
        let triple = "aarch64-unknown-linux-gnu"
    #else
        let triple = "x86_64-unknown-linux-gnu"
    #endif
    for target in package.targets where target.name != "CLinux" {
        target.swiftSettings? += [
            .enableExperimentalFeature("Embedded"),
            // Swift 6.3.1 mixes up the constant arrays of one function when it makes them objects of
            // the program's own: ControlSessionTests.escapes. At -Osize it takes stores into an array
            // for dead that is read by its span alone: GuardAdmissionTests.counted. Rotated loops are
            // larger, and so is what has copies of what it calls in it.
            .unsafeFlags([
                "-Osize", "-Xfrontend", "-function-sections", "-Xcc", "-fno-plt",
                "-Xfrontend", "-mergeable-traps",
                "-enforce-exclusivity=unchecked", "-Xllvm", "-sil-disable-pass=object-outliner",
                "-Xllvm", "-sil-disable-pass=dead-store-elimination",
                "-Xllvm", "-sil-disable-pass=loop-rotate",
                "-Xllvm", "-sil-inline-overall-caller-block-limit=10",
                "-Xllvm", "-sil-inline-never-functions=\(arrayAppend)",
            ]),
        ]
    }
    for target in package.targets where target.name == "CLinux" {
        // Without the first LLVM would write tables for every function into the program, not beside it.
        // All addresses are looked up at the start (`-z now`): a second table to go through is needless.
        target.cSettings = [.unsafeFlags(["-fno-asynchronous-unwind-tables", "-fno-plt"])]
    }
    for target in package.targets where target.type == .executable {
        target.linkerSettings = [
            .linkedLibrary(":../embedded/\(triple)/libswiftUnicodeDataTables.a"),
            // Dictionary and Set call ceil; without them there is no need of libm. What is for
            // LLVM works with `--experimental-lto-mode=full`. What is taken out of loops is kept
            // over calls, which costs more code than it saves.
            .unsafeFlags(
                ["-use-ld=lld"]
                    + [
                        "-z", "now", "--icf=all", "--as-needed", "-lm", "-mllvm",
                        "-inline-threshold=-20", "-mllvm", "-split-spill-mode=size", "-mllvm",
                        "-enable-machine-outliner=always", "-mllvm", "-apply-ext-tsp-for-size",
                        "-mllvm", "-disable-machine-licm", "-mllvm", "-disable-lsr",
                        "-mllvm", "-disable-phi-elim-edge-splitting", "-mllvm",
                        "-inline-max-stacksize=200", "-mllvm", "-min-jump-table-entries=8",
                        "-mllvm", "-disable-constant-hoisting", "-mllvm", "-tail-merge-size=2",
                        "-mllvm", "-sink-common-insts", "-mllvm", "-enable-misched=0",
                        "-mllvm", "-enable-pre=0", "-mllvm", "-disable-early-taildup",
                        "-mllvm", "-enable-merge-functions",
                    ].flatMap { ["-Xlinker", $0] }),
        ]
    }
} else if fuzz {
    let pure = ["Text", "Reservations", "Varlink"]
    let fuzzers = [("Calls", "Varlink"), ("Plans", "Reservations"), ("Names", "Reservations")]
    package.targets =
        package.targets.filter { pure.contains($0.name) }
        + fuzzers.map { name, module in
            .executableTarget(
                name: "fuzz\(name)", dependencies: [.byName(name: module), "Text", "CEntry"],
                path: "Tests/Fuzz/\(name)", swiftSettings: house,
                linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
        }
        + [.target(name: "CEntry", path: "Tests/Fuzz/CEntry")]
    for target in package.targets where target.name != "CEntry" {
        // Optimised for speed, and yet with every assert.
        target.swiftSettings? += [
            .unsafeFlags([
                "-sanitize=fuzzer,address", "-parse-as-library", "-enable-testing",
                "-assert-config", "Debug",
            ])
        ]
    }
} else {
    package.dependencies = [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ]
    package.products = [
        .library(name: "settableclock", type: .dynamic, targets: ["settableclock"]),
        .library(name: "oldkernel", type: .dynamic, targets: ["oldkernel"]),
    ]
    package.targets += [
        .executableTarget(
            name: "portreservectl",
            dependencies: [
                "LinuxIO", "Control", "Daemon", "Generator", "Reservations", "Text",
                "Varlink",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "GuardTests", dependencies: ["Guard", "LinuxIO", "Text", "Signs", "CRig"],
            swiftSettings: house),
        .testTarget(name: "TextTests", dependencies: ["Text", "Seeded"], swiftSettings: house),
        .testTarget(
            name: "LinuxIOTests", dependencies: ["LinuxIO", "Text", "CRig", "Seeded", "TestFiles"],
            swiftSettings: house),
        .testTarget(
            name: "SignsTests", dependencies: ["Signs", "LinuxIO", "Text", "CRig", "Seeded"],
            swiftSettings: house),
        .testTarget(
            name: "ReservationsTests", dependencies: ["Reservations", "Text", "Seeded"],
            swiftSettings: house),
        .testTarget(
            name: "VarlinkTests", dependencies: ["Varlink", "Text", "Seeded"], swiftSettings: house),
        .testTarget(
            name: "ControlTests", dependencies: ["Control", "Reservations", "Text", "Varlink"],
            swiftSettings: house),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Daemon", "LinuxIO", "Reservations", "Control", "Text", "Varlink", "CRig", "Seeded",
                "TestFiles",
            ],
            swiftSettings: house),
        .testTarget(
            name: "GeneratorTests",
            dependencies: [
                "Generator", "Control", "LinuxIO", "Reservations", "Text", "TestFiles",
            ],
            swiftSettings: house),
        .testTarget(
            name: "PortreservectlTests",
            dependencies: [
                "portreservectl", "Control", "Generator", "LinuxIO", "Reservations", "TestFiles",
                "Text", "Varlink",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Golden"], swiftSettings: house),
        // Chance that is the same on every machine.
        .target(name: "Seeded", path: "Tests/Seeded", swiftSettings: house),
        // Files that are gone with their test.
        .target(
            name: "TestFiles", dependencies: ["Text"], path: "Tests/TestFiles", swiftSettings: house
        ),
        // What the tests need in C: entering namespaces, and thieves born with a chosen pid.
        .target(name: "CRig", path: "Tests/CRig"),
        .executableTarget(
            name: "thief", path: "Tests/Thief", linkerSettings: [.linkedLibrary("dl")]),
        // Preloaded by daemons whose clock a test sets forward.
        .target(name: "settableclock", path: "Tests/Clock", publicHeadersPath: "."),
        // Preloaded by daemons that are to meet a kernel from before the guard.
        .target(name: "oldkernel", path: "Tests/OldKernel", publicHeadersPath: "."),
        .executableTarget(
            name: "walk", dependencies: ["Reservations", "Text", "Seeded"], path: "Tests/Walk",
            swiftSettings: house),
        .testTarget(name: "EndToEnd", dependencies: ["CRig", "thief"], swiftSettings: house),
        .testTarget(name: "Tidy", swiftSettings: house),
    ]
}
