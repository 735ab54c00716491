@echo off
rem Tells by its own exit status whether charging works, for a scheduler or a monitor.
rem   check-journal.cmd [PATH OF CmTelNotifier.xml]
rem The exit statuses of cmtel are compared one by one: "if errorlevel n" means n OR MORE.
setlocal
if not "%~1"=="" set "CMTEL_CONFIG=%~1"

cmtel status --check --quiet
set "STATUS=%ERRORLEVEL%"
if %STATUS%==0 goto fine
if %STATUS%==3 goto stopped
if %STATUS%==4 goto missing
if %STATUS%==6 goto settings
if %STATUS%==8 goto degraded
if %STATUS%==9 goto paused
if %STATUS%==10 goto stalled
if %STATUS%==12 goto database
echo cmtel ended with status %STATUS%.
exit /b %STATUS%

:fine
echo Calls arrive and are written.
exit /b 0

:stopped
echo A service of cmtel is not running: cmtel notifier start
exit /b %STATUS%

:missing
echo cmtel is not installed as a service: install.cmd
exit /b %STATUS%

:settings
echo The settings have problems:
cmtel config check
exit /b %STATUS%

:degraded
echo It runs, but something is wrong: cmtel doctor
exit /b %STATUS%

:paused
echo The notifier is paused: cmtel notifier resume
exit /b %STATUS%

:stalled
echo Charging has stalled: no calls arrive.
cmtel notifier explain
exit /b %STATUS%

:database
echo The database cannot be reached; calls wait in the spool, none is lost.
exit /b %STATUS%
