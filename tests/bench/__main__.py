"""`make bench`: what a run costs here, beside what it costs without a sandbox and by other ways."""

if __name__ == "__main__":
    # Imported late: each process that the bench spawns loads this module too, and needs less.
    from tests.bench.command import main

    main()
