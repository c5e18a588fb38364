"""The runs of control points: which should be there, how they wait, the forms they ask with."""
