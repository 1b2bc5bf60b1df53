"""What can be told of a whole council: counts, facts and its furnishing, left outside of it for the console.

No model is here and no name passes through: people are counted, and below 5 not even that is told.
"""
