@echo off
rem Imports the call files of the last day, for the task scheduler.
rem   import-nightly.cmd FILE...
rem A file that was imported before is not imported twice.
setlocal
if "%~1"=="" goto usage
set "URL=odbc:DSN=Telefonia"
set "TABLE=ligacoes"
set "FORMAT=hipath"

cmtel journal validate --url "%URL%" --table "%TABLE%" --quiet
if %ERRORLEVEL%==0 goto import
if %ERRORLEVEL%==11 goto differs
if %ERRORLEVEL%==12 goto later
echo The journal table cannot be checked.
exit /b 1

:import
cmtel journal import --url "%URL%" --table "%TABLE%" --format "%FORMAT%" --quiet %*
if %ERRORLEVEL%==0 goto done
if %ERRORLEVEL%==11 goto rejected
if %ERRORLEVEL%==12 goto later
if %ERRORLEVEL%==13 goto disk
echo The import failed.
exit /b 1

:done
echo All records are in the table.
exit /b 0

:rejected
echo Some records could not be read; all others are in the table:
cmtel journal dead-letters list
exit /b 11

:differs
echo The table %TABLE% does not have the columns that are wanted; nothing was imported.
exit /b 11

:later
echo The database cannot be reached now; run this again.
exit /b 12

:disk
echo The spool cannot be written: is the disk full?
exit /b 13

:usage
echo import-nightly.cmd FILE...
exit /b 2
