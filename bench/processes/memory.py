"""The peak memory of `clipdex index`, which must not grow with the number of images."""

from measure import Failed, figure, run as run_process


def run(place):
    figures = []
    for count in place.sized((100, 400), (500, 2_000), (1_000, 10_000, 100_000)):
        photos = place.pictures("small", count)
        command = [place.program("clipdex"), "index", photos, "--model", place.demo_model,
                   "--library", place.new_library(), "--quiet"]
        usage = run_process(command, place)
        if f"encoded {count} images" not in usage.output:
            raise Failed(f"{' '.join(command)} did not encode {count} images: {usage.output}")
        baseline = (figures[-1]["name"], figures[-1]["value"]) if figures else None
        figures.append(figure(f"memory: {count} images", usage.peak_rss_mib, "MiB peak RSS",
                              command, baseline, wall_s=round(usage.wall_s, 1),
                              cpu_s=round(usage.cpu_s, 1)))
    return figures
