"""Where the settings file, the state and the log are."""

from __future__ import annotations

from cmtel.config.places import find_places


def texts(platform: str, environment: dict[str, str], *, is_root: bool) -> list[str]:
    places = find_places(platform, environment, is_root=is_root)
    return [*map(str, places.settings_files), str(places.state_folder), str(places.log_folder)]


def test_on_windows_all_is_in_program_data_and_the_originals_file_is_looked_for() -> None:
    environment = {"PROGRAMDATA": "D:\\Data", "SYSTEMROOT": "C:\\WINNT"}

    assert texts("win32", environment, is_root=False) == [
        "D:\\Data\\cmtel\\CmTelNotifier.xml",
        "C:\\WINNT\\System32\\CmTelNotifier.xml",
        "C:\\WINNT\\CmTelNotifier.xml",
        "D:\\Data\\cmtel",
        "D:\\Data\\cmtel",
    ]


def test_windows_without_its_variables() -> None:
    assert texts("win32", {}, is_root=False)[0] == "C:\\ProgramData\\cmtel\\CmTelNotifier.xml"


def test_root_uses_the_systems_folders() -> None:
    assert texts("linux", {"HOME": "/root"}, is_root=True) == [
        "/etc/cmtel/CmTelNotifier.xml",
        "/var/lib/cmtel",
        "/var/log/cmtel",
    ]


def test_others_use_their_home_and_may_read_the_systems_settings() -> None:
    assert texts("linux", {"HOME": "/home/a"}, is_root=False) == [
        "/home/a/.config/cmtel/CmTelNotifier.xml",
        "/etc/cmtel/CmTelNotifier.xml",
        "/home/a/.local/state/cmtel",
        "/home/a/.local/state/cmtel",
    ]


def test_the_xdg_variables_count_if_they_are_absolute() -> None:
    environment = {"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "relative"}

    found = texts("linux", environment, is_root=False)

    assert found[0] == "/c/cmtel/CmTelNotifier.xml"
    assert found[2] == "/h/.local/state/cmtel"


def test_a_service_of_systemd_uses_the_folders_it_was_given() -> None:
    environment = {"STATE_DIRECTORY": "/var/lib/cmtel:/other", "LOGS_DIRECTORY": "/var/log/cmtel"}

    assert texts("linux", environment, is_root=False)[2:] == ["/var/lib/cmtel", "/var/log/cmtel"]
