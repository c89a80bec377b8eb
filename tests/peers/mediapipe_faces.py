"""MediaPipe FaceMesh as a peer; run by the Python of .venv-peers."""

from tests.peers.turns import Picture, keep_to_one_core, take_turns


def main() -> None:
    """Find one face a picture, as for unrelated photos, irises included."""
    keep_to_one_core()
    import mediapipe

    mesh = mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=True, refine_landmarks=True, max_num_faces=1
    )

    def find_one(picture: Picture) -> int:
        return len(mesh.process(picture).multi_face_landmarks or ())

    take_turns(find_one, lambda pictures: sum(map(find_one, pictures)))


if __name__ == "__main__":
    main()
