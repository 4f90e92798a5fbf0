// The customer goes on to the gateway without pressing anything.
"use strict";
document.getElementById("start").submit();
