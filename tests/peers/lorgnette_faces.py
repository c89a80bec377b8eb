"""The shop's own engine as a peer."""

from tests.peers.turns import Picture, keep_to_one_core, take_turns


def main() -> None:
    """Find all faces of a picture, on one thread."""
    keep_to_one_core()
    import cv2

    from webapp.faces.finder import FaceFinder

    cv2.setNumThreads(1)
    finder = FaceFinder(threads=1)

    def find_many(pictures: list[Picture]) -> int:
        return sum(map(len, finder.find_many(pictures)))

    take_turns(lambda picture: len(finder.find(picture)), find_many)


if __name__ == "__main__":
    main()
