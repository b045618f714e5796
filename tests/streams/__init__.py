"""Made test streams, one for each thing that is on the wire, and what is judged of their segments.

edit     changes transport streams packet by packet
psi      makes PAT and PMT sections, whole and broken
mux      makes small transport streams of elementary streams
encode   encodes tiny pictures as no common encoder does (field pairs, for one)
sources  what ffmpeg makes, kept below the build directory
lines_*  the catalogue: the streams, and what each is to show
reader   reads a stream by the standards, and knows nothing of Sluice
judge    holds the segments of a stream against reader and ffmpeg
table    prints the verdicts
"""
