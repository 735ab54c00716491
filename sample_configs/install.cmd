@echo off
rem Installs and starts the notifier as a service. Run it as an administrator.
rem   install.cmd [PATH OF CmTelNotifier.xml]
setlocal
if not "%~1"=="" set "CMTEL_CONFIG=%~1"

cmtel config check
if %ERRORLEVEL%==0 goto install
if %ERRORLEVEL%==6 goto settings
exit /b 1

:settings
echo Fill in the settings, then run this again. 'cmtel init' writes a file with comments.
exit /b 6

:install
cmtel notifier install
if %ERRORLEVEL%==0 goto start
if %ERRORLEVEL%==5 goto denied
exit /b 1

:denied
echo Access denied: run this as an administrator.
exit /b 5

:start
cmtel notifier start
if %ERRORLEVEL%==0 goto running
if %ERRORLEVEL%==5 goto denied
if %ERRORLEVEL%==7 goto slow
cmtel doctor
exit /b 1

:slow
echo The service did not start in time; see CmTelNotifier.log.
exit /b 7

:running
cmtel notifier status
exit /b 0
