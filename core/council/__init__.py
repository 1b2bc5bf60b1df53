"""The council's own administration, and the pages that join several apps, such as the home page. The top step."""
