@echo off
rem The whole set-up: the notifier as a service, the journal's table, and how it all stands.
rem   first-steps.cmd [PATH OF CmTelNotifier.xml]
rem Run it as an administrator; it may be run again at any time.
setlocal
if not "%~1"=="" set "CMTEL_CONFIG=%~1"

cmtel notifier install --now
if %ERRORLEVEL%==0 goto table
if %ERRORLEVEL%==5 goto denied
if %ERRORLEVEL%==6 goto settings
exit /b 1

:denied
echo Access denied: run this as an administrator.
exit /b 5

:settings
echo Fill in what was named above, then run this again.
exit /b 6

:table
cmtel journal create-table --if-missing
if %ERRORLEVEL%==0 goto status
if %ERRORLEVEL%==12 goto database
exit /b 1

:database
echo The database cannot be reached now; run this again later.
exit /b 12

:status
cmtel status
set "STATUS=%ERRORLEVEL%"
if %STATUS%==3 echo A service is not running: see CmTelNotifier.log.
if %STATUS%==9 echo A service is paused.
exit /b %STATUS%
