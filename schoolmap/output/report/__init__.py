"""
The plan as a Word report, laid out like a layout plan of education facilities (教育设施布局专项规划).

First the report is described: headings, sentences, tables and figures as
plain data (`chapters`, `findings`, `tables`). Then it is drawn as Word (`document`).
"""
