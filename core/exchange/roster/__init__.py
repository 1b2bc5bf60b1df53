"""Reading the exports of agencies' own systems: a folder of files into a plan of who is created, matched or asked.

Pure: no database and no Django. A mapping (data, one TOML file a source file) says what each column is; the plan holds
one outcome for every data row, so that no row vanishes. Writing the plan into a council is the import's business.
"""
